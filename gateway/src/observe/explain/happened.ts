import type { DecisionRecord } from '../records.ts'
import { type AuthStep, type Explanation, limitsOf, NO_LIMITS } from './explanation.ts'

/** What really became of a request. */
export interface Happened extends Explanation {
  readonly requestId: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly method: string
  readonly client: string | null
  readonly sub: string | null
  readonly keyId: string | null
  readonly address: string
  readonly status: number
  readonly error: string | null
  readonly settled: number | null
}

/** A kept request in the words of an explanation: its limits are those of the moment it was decided. */
export function explainHappened(record: DecisionRecord): Happened {
  const { requestId, at, method, route, service, clientId, sub, keyId, address } = record
  const { status, error, settled, revision, plan, decision } = record
  return {
    ...(plan !== null && decision !== null ? limitsOf(plan, decision) : NO_LIMITS),
    requestId,
    at,
    method,
    route,
    service,
    client: clientId,
    sub,
    keyId,
    address,
    auth: stepsOf(record),
    verdict: verdictOf(record.verdict),
    status,
    error,
    settled,
    revision,
  }
}

function stepsOf({ auth, clientId, keyId, verdict, error }: DecisionRecord): AuthStep[] {
  if (auth === null) return []
  if (auth === 'public')
    return [{ step: 'credential', outcome: 'none is needed; one that is sent is not looked at' }]
  if (clientId === null) {
    const why = error === null ? 'not looked at' : `refused with ${error}`
    return [{ step: 'credential', outcome: why }]
  }
  const by = keyId === null ? 'an access token' : `API key ${keyId}`
  const credential: AuthStep = { step: 'credential', outcome: `${by} of "${clientId}"` }
  if (verdict === 'limited' || verdict === 'refused')
    return [credential, { step: 'scopes', outcome: 'not looked at: limits come first' }]
  const outcome = verdict === 'forbidden' ? 'not held: 403' : 'held, or none were needed'
  return [credential, { step: 'scopes', outcome }]
}

const VERDICTS: ReadonlySet<string> = new Set([
  'limited',
  'forbidden',
  'unauthenticated',
  'unmatched',
  'refused',
])

/** The access log tells apart what came in by an open route; here both were admitted. */
function verdictOf(logged: string): Explanation['verdict'] {
  return VERDICTS.has(logged) ? (logged as Explanation['verdict']) : 'admitted'
}
