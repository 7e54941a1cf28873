import type { Schedule } from '@stockgate/policy-schema'
import { momentOf, type Period, zonedParts } from '../time-zone.ts'

const DAY = 86_400_000

/** Which schedule is in force around a moment; in `[from, until)` that does not change. */
export interface ScheduleInForce {
  readonly schedule: Schedule | null
  readonly from: number
  readonly until: number
}

/** The first of the schedules that holds at `now`, in milliseconds since the epoch, or none. */
export function scheduleAt(schedules: readonly Schedule[], now: number): ScheduleInForce {
  let from = Number.NEGATIVE_INFINITY
  let until = Number.POSITIVE_INFINITY
  let schedule: Schedule | null = null
  for (const candidate of schedules) {
    for (const period of timesAround(candidate, now)) {
      for (const bound of [period.start, period.end]) {
        if (bound <= now) from = Math.max(from, bound)
        else until = Math.min(until, bound)
      }
      if (period.start <= now && now < period.end) schedule ??= candidate
    }
  }
  return { schedule, from, until }
}

/**
 * When a schedule holds, from the week before `now` to the week after it: at least one time on either side. Each
 * runs from the first moment the wall shows its beginning to the first that shows its end, so the hour that comes
 * twice in autumn is all in or all out.
 */
function timesAround({ days, from, until, timeZone }: Schedule, now: number): Period[] {
  const today = zonedParts(now, timeZone)
  const periods: Period[] = []
  for (let offset = -8; offset <= 8; offset++) {
    // In UTC, where all days are alike, this walks over the calendar.
    const date = new Date(Date.UTC(today.year, today.month - 1, today.day) + offset * DAY)
    if (!days.includes(date.getUTCDay() || 7)) continue
    const on = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
    const start = momentOf(on, from, timeZone)
    const end = momentOf(until > from ? on : { ...on, day: on.day + 1 }, until, timeZone)
    if (start < end) periods.push({ start, end })
  }
  return periods
}
