import type { Schedule, Tier } from '../policy.ts'
import { pointerTo } from '../rule.ts'
import { timeOf } from '../write-limits.ts'
import type { LimitsChange } from './change.ts'
import { listed, reordered } from './sides.ts'

/** What changes in the schedules of a tier; `whose` names its clients. */
export function scheduleChanges(whose: string, was: Tier, is: Tier): LimitsChange[] {
  const change = (at: number, words: string): LimitsChange => ({
    kind: 'schedule',
    path: pointerTo('tiers', is.name, 'schedules', at),
    tier: is.name,
    text: `${whose}: ${words}`,
  })
  const named = (list: readonly Schedule[], name: string) => list.find((one) => one.name === name)
  const changes = is.schedules.flatMap((schedule, at) => {
    const earlier = named(was.schedules, schedule.name)
    if (!earlier) return [change(at, `schedule ${scheduleWords(schedule)} is new`)]
    if (scheduleWords(earlier) === scheduleWords(schedule)) return []
    return [change(at, `schedule changes from ${scheduleWords(earlier)} to ${scheduleWords(schedule)}`)]
  })
  const gone = was.schedules.flatMap((schedule, at) =>
    named(is.schedules, schedule.name) ? [] : [change(at, `schedule ${scheduleWords(schedule)} is gone`)],
  )
  const names = (tier: Tier): string[] => tier.schedules.map(({ name }) => name)
  const order = reordered(names(was), names(is))
  const moved = order
    ? [change(0, `the first schedule that holds wins, now in the order ${order.join(', ')}`)]
    : []
  return [...changes, ...gone, ...moved]
}

const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function scheduleWords({ name, days, from, until, timeZone, limits }: Schedule): string {
  const on = days.map((day) => DAY_NAMES[day - 1]).join(' ')
  return `"${name}" (${on} ${timeOf(from)}–${timeOf(until)} ${timeZone}: ${listed(limits)})`
}
