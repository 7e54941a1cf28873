import type { CallerFacts, RouteFacts } from '@stockgate/rate-limit'
import type { Call } from './call.ts'

/** What a line of the gateway's log says beside who called what, however it was read. */
export interface LineFacts {
  /** Else it is another line of the same stream: start, audit, warnings. */
  isRequest: boolean
  /** It was held against limits: it has a tier and a service. */
  isHeld: boolean
  /** It says method, route and address. */
  isNamed: boolean
  /** Milliseconds since the epoch; NaN where there is no time. */
  ended: number
  /** NaN where there is no number; so are the next two. */
  status: number
  /** Milliseconds. */
  total: number
  /** Milliseconds since the epoch; undefined where an older gateway told none. */
  decided: number | undefined
  cost: number
  settled: number
  isRefused: boolean
}

/** Why a line is no call; undefined where it is one. */
export function faultOf(facts: LineFacts): 'malformed' | 'other' | undefined {
  if (!facts.isRequest) return 'other'
  if (!Number.isFinite(facts.ended) || Number.isNaN(facts.status) || !(facts.total >= 0)) return 'malformed'
  if (!facts.isHeld) return 'other'
  return facts.isNamed ? undefined : 'malformed'
}

/** The call of a line without a fault. */
export function callOf(facts: LineFacts, caller: CallerFacts, route: RouteFacts): Call {
  const { decided, ended, total } = facts
  const began = decided !== undefined && Number.isFinite(decided) ? decided : ended - total
  const at = Math.round(began * 1000)
  return {
    at,
    end: at + Math.round(total * 1000),
    caller,
    route,
    // Older lines tell no cost.
    cost: isWhole(facts.cost) ? facts.cost : 1,
    settled: settledCost(facts),
    refusedThen: facts.isRefused,
  }
}

function settledCost({ settled, decided, status }: LineFacts): number | null {
  if (isWhole(settled)) return settled
  return decided === undefined && status >= 500 ? 0 : null
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
