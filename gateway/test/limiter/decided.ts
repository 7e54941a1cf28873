import type { LimitSpec } from '@stockgate/policy-schema'
import type { Counter, Decision, LimitState } from '@stockgate/rate-limit'

/** A limit with where it stands, to write fields about. */
export interface Standing {
  readonly spec: LimitSpec
  readonly remaining: number
  readonly reset: number | null
  readonly window: number | null
  readonly violated?: boolean
}

export function rate(
  name: string,
  quota: number,
  window: number,
  remaining: number,
  reset: number,
): Standing {
  return { spec: { kind: 'rate', name, quota, window, per: null }, remaining, reset, window }
}

export function daily(
  name: string,
  quota: number,
  remaining: number,
  reset: number,
  window = 86_400,
): Standing {
  const spec = { kind: 'calendar', name, quota, per: null, period: 'day', timeZone: 'UTC' } as const
  return { spec, remaining, reset, window }
}

export function places(name: string, quota: number, remaining: number): Standing {
  return { spec: { kind: 'concurrency', name, quota, per: null }, remaining, reset: null, window: null }
}

export function violated(standing: Standing): Standing {
  return { ...standing, remaining: 0, violated: true }
}

export function countersOf(standings: readonly Standing[]): readonly Counter[] {
  return standings.map(({ spec }) => ({ spec, id: `{client:demo}:standard:${spec.name}` }))
}

/** The decision these limits add up to. */
export function decided(standings: readonly Standing[]): Decision {
  const limits = standings.map(({ spec, remaining, reset, window, violated = false }): LimitState => {
    const { name, kind, quota } = spec
    return { name, kind, quota, window, remaining, reset, violated, id: `{client:demo}:standard:${name}` }
  })
  const hit = limits.filter((limit) => limit.violated)
  const retryAfter = Math.max(0, ...hit.map(({ reset }) => Math.max(1, reset ?? 1)))
  const allowed = hit.length === 0
  return { allowed, cost: 1, limits, candidates: [], retryAfter, decidedBy: 'memory', receipt: null }
}
