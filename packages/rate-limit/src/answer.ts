import type { Counter, Group } from './charge.ts'
import type { CandidateVerdict, DecidedBy, Decision, LimitState, Receipt } from './decision.ts'
import { unitsLeft, waitForRate } from './gcra.ts'
import { SECOND, seconds } from './span.ts'
import type { Standing } from './standing.ts'

/** What a request without candidates gets; shared, for it is the most frequent. */
export const NO_CANDIDATES: readonly CandidateVerdict[] = Object.freeze([])

/**
 * Puts the standings of the limits in force into the words a caller reads. Both twins answer through it.
 *
 * @param standings one for each counter of the group, from the first on; there may be more
 */
export function decisionOf(
  live: Group,
  standings: readonly Standing[],
  { cost, now, decidedBy }: { cost: number; now: number; decidedBy: DecidedBy },
  candidates: readonly CandidateVerdict[],
  receipt: Receipt | null,
): Decision {
  let allowed = true
  let retryAfter = 0
  const { counters } = live
  const limits: LimitState[] = new Array(counters.length)
  for (let index = 0; index < counters.length; index++) {
    const state = stateOf(counters[index] as Counter, standings[index] as Standing, cost, now)
    limits[index] = state
    if (!state.violated) continue
    allowed = false
    retryAfter = Math.max(retryAfter, state.reset ?? 1, 1)
  }
  return { allowed, cost, limits, candidates, retryAfter, decidedBy, receipt }
}

/** How a candidate would have decided. */
export function verdictOf(group: Group, standings: readonly Standing[]): CandidateVerdict {
  const violated: string[] = []
  for (let index = 0; index < group.counters.length; index++) {
    if (!(standings[index] as Standing).fits) violated.push((group.counters[index] as Counter).spec.name)
  }
  return { candidate: group.candidate ?? '', allowed: violated.length === 0, violated }
}

function stateOf({ spec, id }: Counter, standing: Standing, cost: number, now: number): LimitState {
  const { name, kind, quota } = spec
  const violated = !standing.fits
  if (spec.kind === 'rate') {
    const { micros, part } = standing
    const reset = violated ? waitForRate(standing, spec, cost) : part > 0 ? micros + 1 : micros
    const remaining = unitsLeft(micros, part, spec)
    return { name, kind, quota, window: spec.window, remaining, reset: seconds(reset), violated, id }
  }
  const remaining = Math.max(quota - standing.count, 0)
  if (spec.kind === 'concurrency')
    return { name, kind, quota, window: null, remaining, reset: null, violated, id }
  const window = (standing.end - standing.start) / SECOND
  // A count whose period ended by Redis' clock alone has no time left: never less than a moment is told.
  const reset = Math.max(seconds(standing.end - now), 1)
  return { name, kind, quota, window, remaining, reset, violated, id }
}

/** Refuses a cost that would break the exactness; the policy schema lets none of them through. */
export function assertCost(cost: number): void {
  if (!Number.isSafeInteger(cost) || cost < 0)
    throw new RangeError(`cost must be a whole number, not ${cost}`)
}
