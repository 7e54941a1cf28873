/** Maps a value to a place on the page. */
export type Scale = (value: number) => number

/** Spreads the values from `low` to `high` evenly from `from` to `to`. */
export function linear(low: number, high: number, from: number, to: number): Scale {
  const span = high - low || 1
  return (value) => Math.round((from + ((value - low) / span) * (to - from)) * 100) / 100
}

/** Round numbers from 0 to at least `highest`, about so many steps apart; the last one is the end of the axis. */
export function countTicks(highest: number, about = 4): readonly number[] {
  const rough = Math.max(highest, 1) / about
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max([1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough) ?? rough, 1)
  const ticks = [0]
  while ((ticks.at(-1) as number) < highest) ticks.push((ticks.at(-1) as number) + step)
  return ticks.length > 1 ? ticks : [0, step]
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const STEPS = [
  1_000,
  5_000,
  15_000,
  30_000,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  28 * DAY,
  91 * DAY,
  364 * DAY,
]

/** A place on the axis of time. */
export interface TimeTick {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly label: string
  /** A date stands below the first tick and wherever a new day begins. */
  readonly date: string | null
}

/** Round moments (UTC) from `first` to `last`, at most so many. */
export function timeTicks(first: number, last: number, most = 9): readonly TimeTick[] {
  const step = STEPS.find((one) => (last - first) / one <= most) ?? (STEPS.at(-1) as number)
  const ticks: TimeTick[] = []
  let day = ''
  for (let at = Math.ceil(first / step) * step; at <= last; at += step) {
    const iso = new Date(at).toISOString()
    const date = dateOf(at)
    const label = step >= DAY ? date : iso.slice(11, step < MINUTE ? 19 : 16)
    ticks.push({ at, label, date: step >= DAY || date === day ? null : date })
    day = date
  }
  return ticks
}

const DATE = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})

/** `17 May 2015`. */
export function dateOf(at: number): string {
  return DATE.format(at)
}
