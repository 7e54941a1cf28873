import type { CalendarLimit, ConcurrencyLimit, LimitSpec, RateLimit } from '@stockgate/policy-schema'
import type { Charge, Counter, Group } from '../src/index.ts'

/** The rule for the store's failure is no matter of these tests. */
export const OPTIONS = { onStoreFailure: 'share' } as const

export function rate(name: string, quota: number, window: number): RateLimit {
  return { kind: 'rate', name, quota, window, per: null }
}

export function calendar(
  name: string,
  quota: number,
  period: 'day' | 'month' = 'day',
  timeZone = 'UTC',
): CalendarLimit {
  return { kind: 'calendar', name, quota, period, timeZone, per: null }
}

export function concurrency(name: string, quota: number): ConcurrencyLimit {
  return { kind: 'concurrency', name, quota, per: null }
}

function groupOf(owner: string, candidate: string | null, limits: readonly LimitSpec[]): Group {
  const set = candidate === null ? 'standard' : `candidate-${candidate}`
  const counters = limits.map((spec): Counter => ({ spec, id: `{${owner}}:${set}:${spec.name}` }))
  return { candidate, counters }
}

/** A request of this owner against limits in force and, by name, those of candidates. */
export function charge(
  owner: string,
  limits: readonly LimitSpec[],
  cost = 1,
  candidates: Readonly<Record<string, readonly LimitSpec[]>> = {},
): Charge {
  const others = Object.entries(candidates).map(([name, list]) => groupOf(owner, name, list))
  return { owner, cost, groups: [groupOf(owner, null, limits), ...others] }
}
