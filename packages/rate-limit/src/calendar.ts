import type { CalendarLimit } from '@stockgate/policy-schema'
import { SECOND } from './span.ts'
import type { Standing } from './standing.ts'
import { periodOf } from './time-zone.ts'

/** A period and its neighbours, in microseconds since the epoch. */
export interface PeriodBounds {
  readonly previousStart: number
  readonly start: number
  readonly end: number
  readonly nextEnd: number
}

/** The state of a calendar quota: what was taken in one period. Once that is over, it says nothing any more. */
export interface PeriodCount {
  count: number
  start: number
  /** The end of the period. */
  until: number
}

/** The longest period: a month in which an hour comes twice, or such a day. */
export const LONGEST: Readonly<Record<CalendarLimit['period'], number>> = Object.freeze({
  day: 25 * 3600 * SECOND,
  month: (31 * 24 + 1) * 3600 * SECOND,
})

const MAX_ZONES = 1_000
const latest = { day: new Map<string, PeriodBounds>(), month: new Map<string, PeriodBounds>() }

/** The period of a calendar quota that holds `now`. Cheap while time stays within one period. */
export function boundsAt({ period, timeZone }: CalendarLimit, now: number): PeriodBounds {
  const known = latest[period].get(timeZone)
  if (known !== undefined && known.start <= now && now < known.end) return known
  const { start, end } = periodOf(Math.floor(now / 1_000), period, timeZone)
  const bounds = Object.freeze({
    previousStart: periodOf(start - 1, period, timeZone).start * 1_000,
    start: start * 1_000,
    end: end * 1_000,
    nextEnd: periodOf(end, period, timeZone).end * 1_000,
  })
  if (latest[period].size >= MAX_ZONES) latest[period].clear()
  latest[period].set(timeZone, bounds)
  return bounds
}

/**
 * Looks at a calendar quota. The count starts anew when its period is over, and goes on when only the quota, the
 * zone or the length of the period was changed.
 *
 * A clock that goes back does not open a period again: while the stored period is the next one, it goes on to be
 * the one that is counted. A period further ahead was begun by a clock that was wrong; what was taken in it counts
 * for the present one then, or a client could be locked out for a year.
 */
export function standCalendar(
  out: Standing,
  state: PeriodCount | undefined,
  { quota, period }: CalendarLimit,
  cost: number,
  now: number,
  start: number,
  end: number,
): void {
  out.count = 0
  out.start = start
  out.end = end
  if (state !== undefined && (state.until > now || state.start === start)) {
    out.count = state.count
    if (state.start > now && state.start - now <= LONGEST[period]) {
      out.start = state.start
      out.end = state.until
    }
  }
  // More than the quota is taken where it was lowered meanwhile; a cost of nothing still fits.
  out.fits = Math.min(out.count, quota) + cost <= quota
}

/**
 * Moves a count by `delta` units, not below nothing and not above the quota. Only within the period the request was
 * counted in: what yesterday gives back is no use today.
 */
export function settleCalendar(state: PeriodCount, quota: number, start: number, delta: number): void {
  if (state.start !== start) return
  const { count } = state
  state.count = delta < 0 ? Math.max(count + delta, 0) : Math.max(count, Math.min(count + delta, quota))
}
