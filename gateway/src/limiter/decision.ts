import { fits, priceOf, type Verdict } from './gcra.ts'
import type { Decision, LimitSpec, LimitState } from './limiter.ts'
import { add, SECOND, type Span, seconds } from './span.ts'

/** Puts the verdicts over the limits of a request into the words its caller reads. Both twins answer through it. */
export function decisionOf(
  limits: readonly LimitSpec[],
  cost: number,
  verdicts: readonly Verdict[],
): Decision {
  let allowed = true
  let retryAfter = 0
  const states = limits.map((limit, index): LimitState => {
    const { debt, fits: fitted } = verdicts[index] as Verdict
    const reset = seconds(fitted ? debt : wait(debt, limit, cost))
    if (!fitted) {
      allowed = false
      retryAfter = Math.max(retryAfter, reset)
    }
    const { name, quota, window } = limit
    return { name, quota, window, remaining: remaining(debt, limit), reset, violated: !fitted }
  })
  return { allowed, cost, limits: states, retryAfter }
}

/** How long until the cost fits. One above the quota never will, and is told to wait a whole window. */
function wait(debt: Span, limit: LimitSpec, cost: number): Span {
  const window = limit.window * SECOND
  if (cost > limit.quota) return { micros: window, part: 0 }
  const after = add(debt, priceOf(limit, cost), limit.quota)
  return { micros: after.micros - window, part: after.part }
}

/** The most units that fit now. Division finds the neighbourhood, the exact comparison decides. */
function remaining(debt: Span, limit: LimitSpec): number {
  const window = limit.window * SECOND
  let units = Math.floor(((window - debt.micros) / window) * limit.quota)
  while (units < limit.quota && fits(debt, limit, units + 1)) units++
  while (units > 0 && !fits(debt, limit, units)) units--
  return units
}
