import type { LimitSpec } from './limiter.ts'
import { add, exceeds, SECOND, type Span } from './span.ts'

/**
 * The generic cell rate algorithm, exact.
 *
 * A limit of `quota` units per `window` is a bucket that holds `quota` units and gets one back every emission
 * interval I = window / quota. All that is kept is the theoretical arrival time TAT: the moment the bucket will be
 * full again. With debt = max(TAT − now, 0), a request of `cost` units
 *
 *     fits            when  debt + cost · I ≤ window         (so exactly `quota` units fit at one instant)
 *     then            TAT = now + debt + cost · I
 *     leaves          ⌊(window − debt) / I⌋ units
 *     else fits in    debt + cost · I − window
 *
 * and over any span of time s at most quota + s / I units pass. A request under several limits passes only if it
 * fits every one; otherwise it spends nothing.
 *
 * Nothing is rounded: times are whole microseconds plus parts of 1/quota µs, and one interval is
 * `window div quota` plus `window mod quota` parts. Every product stays below 2⁵³ for quotas up to 50,000,000 and
 * windows up to 31 days, which the policy schema enforces, so doubles count exactly, here and in Lua: gcra.lua is
 * the same arithmetic where several gateways share the state.
 */

/** The state of one limit of one key: its theoretical arrival time. Once past, it says nothing any more. */
export interface ArrivalTime extends Span {
  /** The quota that `part` is counted by, which a live change of policy may have replaced since. */
  readonly quota: number
}

/** What the arithmetic says about one limit. */
export interface Verdict {
  readonly fits: boolean
  /** After the request when it was admitted, as it stands when not. */
  readonly debt: Span
}

/** The outcome over all limits of a request: what to say, and what to store (undefined: leave it as it is). */
export interface Outcome {
  readonly verdicts: readonly Verdict[]
  readonly next: readonly (ArrivalTime | undefined)[]
}

const NO_DEBT: Span = Object.freeze({ micros: 0, part: 0 })

/** Decides a request over all of its limits. `now` is in whole microseconds of any clock that never goes back. */
export function decideAll(
  states: readonly (ArrivalTime | undefined)[],
  limits: readonly LimitSpec[],
  cost: number,
  now: number,
): Outcome {
  const standings = limits.map((limit, index) => standing(states[index], limit, now))
  const fit = limits.map((limit, index) => fits((standings[index] as Standing).debt, limit, cost))
  const allowed = !fit.includes(false)
  const verdicts: Verdict[] = []
  const next: (ArrivalTime | undefined)[] = []
  for (const [index, limit] of limits.entries()) {
    const { debt: before, cut } = standings[index] as Standing
    const debt = allowed ? add(before, priceOf(limit, cost), limit.quota) : before
    verdicts.push({ fits: fit[index] as boolean, debt })
    next.push(allowed || cut ? { micros: now + debt.micros, part: debt.part, quota: limit.quota } : undefined)
  }
  return { verdicts, next }
}

interface Standing {
  readonly debt: Span
  readonly cut: boolean
}

/**
 * The debt of a limit now, at most one window: a bucket cannot be emptier than empty. More stands there only when
 * the clock went back or the limit was tightened meanwhile. It is then cut, and stored so even by a refusal:
 * otherwise a clock set back an hour would lock a client out for an hour.
 */
function standing(state: ArrivalTime | undefined, limit: LimitSpec, now: number): Standing {
  if (state === undefined) return { debt: NO_DEBT, cut: false }
  // Parts of another quota cannot be carried over; rounding them up never admits more.
  const carried = state.quota === limit.quota || state.part === 0
  const debt = { micros: state.micros - now + (carried ? 0 : 1), part: carried ? state.part : 0 }
  if (debt.micros < 0) return { debt: NO_DEBT, cut: false }
  const window = limit.window * SECOND
  return exceeds(debt, window) ? { debt: { micros: window, part: 0 }, cut: true } : { debt, cut: false }
}

/** What so many units take: cost · I. Exact up to the quota; beyond it is more than the window in any case. */
export function priceOf(limit: LimitSpec, cost: number): Span {
  const window = limit.window * SECOND
  const micros = Math.floor(window / limit.quota)
  const parts = cost * (window - micros * limit.quota)
  const carry = Math.floor(parts / limit.quota)
  return { micros: cost * micros + carry, part: parts - carry * limit.quota }
}

/** Whether so many units fit on top of this debt. */
export function fits(debt: Span, limit: LimitSpec, cost: number): boolean {
  return !exceeds(add(debt, priceOf(limit, cost), limit.quota), limit.window * SECOND)
}

/** Refuses a cost that would break the exactness; the policy schema lets none of them through. */
export function assertCost(cost: number): void {
  if (!Number.isSafeInteger(cost) || cost < 0)
    throw new RangeError(`cost must be a whole number, not ${cost}`)
}
