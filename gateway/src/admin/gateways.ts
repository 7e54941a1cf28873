import Type, { type Static } from 'typebox'
import type { Fleet, Member } from '../fleet/index.ts'
import type { StoreStatus } from '../limiter/index.ts'
import type { AdminApp } from './http/listener.ts'
import { Timestamp } from './http/schemas.ts'
import type { PolicyParts } from './parts.ts'

const StoreOutput = Type.Object(
  {
    decides: Type.String({
      description: 'Whose counters decide: memory, redis, or share while Redis is away.',
    }),
    since: Timestamp,
    cause: Type.Union([Type.String(), Type.Null()], { description: 'Why Redis is away.' }),
    outages: Type.Integer({ description: 'How often Redis was lost since the start.' }),
    decided_alone: Type.Integer({
      description: 'Decisions made without Redis, as told when an outage ended.',
    }),
  },
  { description: 'How it gets on with the shared counters, as it last told.' },
)

const GatewayOutput = Type.Object({
  id: Type.String(),
  self: Type.Boolean({ description: 'True for the one that answers.' }),
  seen_ms: Type.Integer({ description: 'Time since it was last heard of.' }),
  revision: Type.Union([Type.Integer(), Type.Null()], { description: 'The revision it decides by.' }),
  store: Type.Union([StoreOutput, Type.Null()], { description: 'Null if it has not told.' }),
})

/** Which gateways live, and which revision each decides by. */
export function gatewayRoutes(
  app: AdminApp,
  { fleet, revisions }: Pick<PolicyParts, 'fleet' | 'revisions'>,
): void {
  app.get(
    '/gateways',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'listGateways',
        tags: ['gateways'],
        summary: 'List the gateways that live',
        response: {
          200: Type.Object({
            revision: Type.Integer({ description: 'The newest revision.' }),
            items: Type.Array(GatewayOutput),
          }),
        },
      },
    },
    async () => ({
      revision: revisions.current().revision,
      items: (await fleet.members()).map((member) => describe(member, fleet, revisions.inForce())),
    }),
  )
}

function describe(
  { id, seenMs, bulletins }: Member,
  fleet: Fleet,
  inForceHere: number,
): Static<typeof GatewayOutput> {
  const self = id === fleet.id
  const told = bulletins.policy as { revision?: number } | undefined
  return {
    id,
    self,
    seen_ms: seenMs,
    revision: self ? inForceHere : (told?.revision ?? null),
    store: storeOf(bulletins.store as StoreStatus | undefined),
  }
}

/** The number of gateways it goes by is left out: it was that of its last news, and the list itself tells it. */
function storeOf(told: StoreStatus | undefined): Static<typeof StoreOutput> | null {
  if (told === undefined) return null
  const { decides, since, cause, outages, decidedAlone } = told
  return { decides, since: new Date(since).toISOString(), cause, outages, decided_alone: decidedAlone }
}
