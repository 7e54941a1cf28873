import { isIP } from 'node:net'
import type { Limiter } from '@stockgate/rate-limit'
import type { Static } from 'typebox'
import { Refusal } from '../errors/refusal.ts'
import {
  AddressNeeded,
  type Explanation,
  explainImagined,
  type Happened,
  type PathView,
} from '../observe/explain/index.ts'
import type { DecisionRecords, Observer } from '../observe/index.ts'
import type { PolicyStore } from '../policy/index.ts'
import { ExplainBody, ExplanationOutput, faultsOfCall } from './explain-schemas.ts'
import type { AdminApp } from './http/listener.ts'
import { problemResponses } from './http/schemas.ts'

export interface ExplainParts {
  readonly path: PathView
  readonly limiter: Pick<Limiter, 'peek'>
  /** For how many requests are kept. */
  readonly records: Pick<DecisionRecords, 'most'>
  readonly policy: PolicyStore
  readonly observer: Pick<Observer, 'find'>
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/** Why a call is admitted or refused: one that is imagined, or one that was made. Spends nothing. */
export function explainRoutes(app: AdminApp, parts: ExplainParts): void {
  app.post(
    '/limits/explain',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'explainCall',
        tags: ['limits'],
        summary: 'Tell which route, tier and limits a call meets, and how it fares; spends nothing',
        description:
          'Either a method and a path, with who calls, or the `request_id` of a call this gateway has answered lately, or another one.',
        body: ExplainBody,
        response: { 200: ExplanationOutput, ...problemResponses(404) },
      },
    },
    async ({ body }) => {
      const faults = faultsOfCall(body)
      if (faults.length > 0) throw new Refusal('GW_INPUT', { errors: faults })
      const { request_id: id } = body
      return id === undefined ? await imagined(body, parts) : await happened(id, parts)
    },
  )
}

async function imagined(
  { method = '', path = '', client, sub, claims, address, scopes }: Static<typeof ExplainBody>,
  { path: view, limiter, policy, clock }: ExplainParts,
): Promise<object> {
  if (address !== undefined && isIP(address) === 0) throw badAddress('is no IP address')
  const call = { method: method.toUpperCase(), target: path, client, sub, claims, address, scopes }
  try {
    const told = await explainImagined(call, { path: view, limiter, policy: policy.current(), now: clock() })
    return describe(told)
  } catch (error) {
    if (error instanceof AddressNeeded) throw badAddress(error.message)
    throw error
  }
}

async function happened(id: string, { records, observer }: ExplainParts): Promise<object> {
  const found = await observer.find(id)
  if (found.happened !== null) return describeHappened(found.happened, found.gateway)
  const { asked, silent } = found
  const known = asked === 1 ? 'This gateway knows no' : `None of ${asked - silent} gateways knows a`
  const unheard = silent === 0 ? '' : ` ${silent} did not answer in time: try again.`
  throw new Refusal('GW_NO_ROUTE', {
    detail: `${known} request "${id}". Each keeps the newest ${records.most} it answered, until it stops.${unheard}`,
  })
}

function badAddress(detail: string): Refusal {
  return new Refusal('GW_INPUT', { errors: [{ pointer: '#/address', detail, code: 'not-allowed' }] })
}

function describe({ retryAfter, decidedBy, candidates, ...told }: Explanation): object {
  return {
    ...told,
    candidates: candidates.map(({ candidate, allowed, violated }) => ({ candidate, allowed, violated })),
    retry_after: retryAfter,
    decided_by: decidedBy,
    spent: false,
  }
}

function describeHappened({ requestId, at, keyId, ...told }: Happened, gateway: string): object {
  return {
    request_id: requestId,
    gateway,
    at: new Date(at).toISOString(),
    key_id: keyId,
    ...describe(told),
  }
}
