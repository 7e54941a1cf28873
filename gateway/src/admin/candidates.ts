import type { Candidate } from '@stockgate/policy-schema'
import Type, { type Static } from 'typebox'
import type { Observer } from '../observe/index.ts'
import type { PolicyStore } from '../policy/index.ts'
import type { AdminApp } from './http/listener.ts'

const GuardrailOutput = Type.Object({
  protect: Type.Array(Type.String(), { description: 'Clients; empty means all in the rollout.' }),
  max_refused: Type.Number({ description: 'Share of calls, 0 to 1.' }),
  min_calls: Type.Integer(),
})

const CandidateOutput = Type.Object({
  name: Type.String(),
  tier: Type.String(),
  percent: Type.Integer({ description: 'Of its tier’s clients it is in force for.' }),
  guardrail: Type.Union([GuardrailOutput, Type.Null()]),
  calls: Type.Integer(),
  would_refuse: Type.Integer(),
  refused_by: Type.Record(Type.String(), Type.Integer()),
  clients: Type.Array(
    Type.Object({
      client: Type.String(),
      calls: Type.Integer(),
      would_refuse: Type.Integer(),
      live_refused: Type.Integer({ description: 'Refused by the limits in force, on the same calls.' }),
    }),
    { description: 'Those it would refuse most first; what is beyond the first two thousand is `others`.' },
  ),
})

export interface CandidateParts {
  readonly policy: PolicyStore
  readonly observer: Observer
}

/** How candidates fare beside the limits in force, on the same calls. */
export function candidateRoutes(app: AdminApp, { policy, observer }: CandidateParts): void {
  app.get(
    '/limits/candidates',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'listCandidates',
        tags: ['candidates'],
        summary: 'Compare candidates with the limits in force',
        description:
          'Counted since the candidate’s limits, or those of its tier, were changed last, or since a gateway ' +
          'started; over all live gateways, the others heard of once a second.',
        response: { 200: Type.Object({ items: Type.Array(CandidateOutput) }) },
      },
    },
    async () => {
      const candidates = Object.values(policy.current().limits.candidates)
      return { items: await Promise.all(candidates.map((candidate) => describe(candidate, observer))) }
    },
  )
}

async function describe(
  { name, tier, rolloutPercent, guardrail }: Candidate,
  observer: Observer,
): Promise<Static<typeof CandidateOutput>> {
  const { calls, wouldRefuse, refusedBy, clients } = await observer.candidate(name)
  return {
    name,
    tier,
    percent: rolloutPercent,
    guardrail: guardrail && {
      protect: [...guardrail.protect],
      max_refused: guardrail.maxRefused,
      min_calls: guardrail.minCalls,
    },
    calls,
    would_refuse: wouldRefuse,
    refused_by: refusedBy,
    clients: clients.map((one) => ({
      client: one.client,
      calls: one.calls,
      would_refuse: one.wouldRefuse,
      live_refused: one.liveRefused,
    })),
  }
}
