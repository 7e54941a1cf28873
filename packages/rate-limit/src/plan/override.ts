import type { Override } from '@stockgate/policy-schema'

/** Which override of a client is in force around a moment; in `[from, until)` that does not change. */
export interface OverrideInForce {
  readonly override: Override | null
  readonly from: number
  readonly until: number
}

/** The last of a client's overrides that holds at `now`, in milliseconds since the epoch, or none. */
export function overrideAt(overrides: readonly Override[], now: number): OverrideInForce {
  let from = Number.NEGATIVE_INFINITY
  let until = Number.POSITIVE_INFINITY
  let override: Override | null = null
  for (const candidate of overrides) {
    for (const bound of [candidate.from, candidate.until]) {
      if (bound <= now) from = Math.max(from, bound)
      else until = Math.min(until, bound)
    }
    if (candidate.from <= now && now < candidate.until) override = candidate
  }
  return { override, from, until }
}
