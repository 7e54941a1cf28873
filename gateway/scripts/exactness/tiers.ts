import type { CalendarLimit, LimitSpec } from '@stockgate/policy-schema'
import { boundsAt } from '@stockgate/rate-limit'

function rate(name: string, quota: number, window: number): LimitSpec {
  return { kind: 'rate', name, quota, window, per: null }
}

function calendar(
  name: string,
  quota: number,
  period: CalendarLimit['period'],
  timeZone: string,
): CalendarLimit {
  return { kind: 'calendar', name, quota, period, timeZone, per: null }
}

function concurrency(name: string, quota: number): LimitSpec {
  return { kind: 'concurrency', name, quota, per: null }
}

const BERLIN = 'Europe/Berlin'
const ST_JOHNS = 'America/St_Johns'

/** All kinds, alone and together, with quotas that a batch of calls reaches. */
export const TIERS: readonly (readonly LimitSpec[])[] = [
  [rate('burst', 9, 1), rate('sustained', 70, 60)],
  [rate('burst', 7, 3), calendar('daily', 90, 'day', BERLIN), concurrency('flight', 6)],
  [calendar('daily', 60, 'day', ST_JOHNS), calendar('monthly', 700, 'month', BERLIN)],
  [concurrency('flight', 4)],
  [rate('long', 49_999_991, 2_678_400), rate('odd', 13, 7), concurrency('flight', 9)],
]

/** The next midnight of each zone in use, in microseconds since the epoch. */
export const midnights: readonly ((now: number) => number)[] = [BERLIN, ST_JOHNS].map((zone) => {
  const day = calendar('day', 1, 'day', zone)
  return (now: number) => boundsAt(day, now).end
})
