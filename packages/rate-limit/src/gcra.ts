import type { RateLimit } from '@stockgate/policy-schema'
import { SECOND } from './span.ts'
import type { Standing } from './standing.ts'

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
 * `window div quota` plus `window mod quota` parts. A cost above the quota never fits and is not multiplied, so every
 * product stays below 2⁵³ for quotas up to 50,000,000 and windows up to 31 days, which the policy schema enforces,
 * and doubles count exactly, here and in Lua: decide.lua of the gateway is the same arithmetic where several
 * gateways share the state.
 */

/** The state of a rate: its theoretical arrival time. Once past, it says nothing any more. */
export interface ArrivalTime {
  /** Whole microseconds since the epoch. */
  until: number
  part: number
  /** The quota that `part` is counted by, which a live change of policy may have replaced since. */
  quota: number
}

/**
 * Looks at a rate. A bucket cannot be emptier than empty, so its debt is at most one window. More stands there only
 * when the clock went back or the limit was tightened meanwhile. It is then cut, and stored so even by a refusal:
 * otherwise a clock set back an hour would lock a client out for an hour.
 */
export function standRate(
  out: Standing,
  state: ArrivalTime | undefined,
  { quota, window: seconds }: RateLimit,
  cost: number,
  now: number,
): void {
  const window = seconds * SECOND
  let micros = 0
  let part = 0
  out.cut = false
  if (state !== undefined) {
    micros = state.until - now
    part = state.part
    // Parts of another quota cannot be carried over; rounding them up never admits more.
    if (part > 0 && state.quota !== quota) {
      micros++
      part = 0
    }
    if (micros < 0) {
      micros = 0
      part = 0
    } else if (micros > window || (micros === window && part > 0)) {
      micros = window
      part = 0
      out.cut = true
    }
  }
  out.micros = micros
  out.part = part
  priceOnto(out, quota, window, cost)
}

/** Puts so many units on top of the debt found, and says whether they fit. */
export function priceOnto(out: Standing, quota: number, window: number, cost: number): void {
  if (cost > quota) {
    out.fits = false
    return
  }
  const whole = Math.floor(window / quota)
  const parts = out.part + cost * (window - whole * quota)
  const carry = Math.floor(parts / quota)
  out.nextMicros = out.micros + cost * whole + carry
  out.nextPart = parts - carry * quota
  out.fits = out.nextMicros < window || (out.nextMicros === window && out.nextPart === 0)
}

/**
 * Moves the debt of a rate by `delta` units: back as far as a full bucket, on as far as an empty one. The units are
 * those of the limit the request was admitted under; a debt beyond one window, which another limit of this name may
 * have left, stays as it is.
 */
export function settleRate(
  state: ArrivalTime,
  { quota, window: seconds }: RateLimit,
  delta: number,
  now: number,
): void {
  const window = seconds * SECOND
  let micros = state.until - now
  let part = state.part
  if (part > 0 && state.quota !== quota) {
    micros++
    part = 0
  }
  if (micros < 0) {
    // To a full bucket nothing can be given back.
    if (delta < 0) return
    micros = 0
    part = 0
  }
  const units = Math.min(Math.abs(delta), quota)
  const whole = Math.floor(window / quota)
  const parts = units * (window - whole * quota)
  const carry = Math.floor(parts / quota)
  const priceMicros = units * whole + carry
  const pricePart = parts - carry * quota
  if (delta < 0) {
    micros -= priceMicros
    part -= pricePart
    if (part < 0) {
      micros--
      part += quota
    }
    if (micros < 0) {
      micros = 0
      part = 0
    }
  } else if (micros < window) {
    micros += priceMicros
    part += pricePart
    if (part >= quota) {
      micros++
      part -= quota
    }
    if (micros >= window) {
      micros = window
      part = 0
    }
  }
  state.until = now + micros
  state.part = part
  state.quota = quota
}

/** The most units that fit on top of this debt. Division finds the neighbourhood, the exact comparison decides. */
export function unitsLeft(micros: number, part: number, { quota, window: seconds }: RateLimit): number {
  const window = seconds * SECOND
  const left = window - micros
  const whole = Math.floor(window / quota)
  const rest = window - whole * quota
  let units = Math.min(Math.floor((left / window) * quota), quota)
  while (units < quota && covers(left, units + 1, part, whole, rest, quota)) units++
  while (units > 0 && !covers(left, units, part, whole, rest, quota)) units--
  return units
}

function covers(left: number, units: number, part: number, whole: number, rest: number, quota: number) {
  const parts = part + units * rest
  const carry = Math.floor(parts / quota)
  const micros = units * whole + carry
  return micros < left || (micros === left && parts === carry * quota)
}

/** How long until a cost that does not fit will, in whole microseconds, rounded up. */
export function waitForRate(
  { fits, nextMicros, nextPart }: Standing,
  { quota, window }: RateLimit,
  cost: number,
): number {
  if (fits) return 0
  // One above the quota never will, and is told to wait a whole window.
  if (cost > quota) return window * SECOND
  return nextMicros - window * SECOND + (nextPart > 0 ? 1 : 0)
}
