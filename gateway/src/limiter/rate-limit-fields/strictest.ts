import type { Decision, LimitState } from '@stockgate/rate-limit'

/**
 * The one limit that an older field with room for one tells of: the one least is left of, among those in the way
 * where any is. Undefined where no limit fits the question.
 */
export function strictest(
  { limits, allowed }: Decision,
  fits: (limit: LimitState) => boolean,
): LimitState | undefined {
  let found: LimitState | undefined
  for (const limit of limits) {
    if ((!allowed && !limit.violated) || !fits(limit)) continue
    if (found === undefined || isStricter(limit, found)) found = limit
  }
  return found
}

/** True for limits that time alone gives back: all but those of calls in flight. */
export function hasReset({ reset }: LimitState): boolean {
  return reset !== null
}

/** By the share that is left; of two alike the one that takes longer. */
function isStricter(a: LimitState, b: LimitState): boolean {
  const [left, other] = [a.remaining * b.quota, b.remaining * a.quota]
  return left === other ? (a.reset ?? 0) > (b.reset ?? 0) : left < other
}
