import { LRUCache } from 'lru-cache'

const MINUTE = 60_000
/** More than any zone has ever been away from UTC, so the wall clock's moment lies between these. */
const REACH = 16 * 60 * MINUTE

/** What calendar and clock on the wall show in a time zone. */
export interface ZonedParts {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  /** 1 is Monday, 7 Sunday. */
  readonly weekday: number
  /** Whole minutes since midnight, as the clock shows them. */
  readonly minutes: number
}

/** A stretch of time in milliseconds since the epoch; `end` is not part of it. */
export interface Period {
  readonly start: number
  readonly end: number
}

const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 1_000 })
const latest = {
  day: new LRUCache<string, Period>({ max: 1_000 }),
  month: new LRUCache<string, Period>({ max: 1_000 }),
}

/** What the wall shows in `zone`, an IANA name, at `now` in milliseconds since the epoch. */
export function zonedParts(now: number, zone: string): ZonedParts {
  const wall = new Date(wallClock(now, zone))
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    weekday: wall.getUTCDay() || 7,
    minutes: wall.getUTCHours() * 60 + wall.getUTCMinutes(),
  }
}

/**
 * The first moment at which the wall of `zone` shows this date and time, or later: an hour that is left out in
 * spring begins when the clock jumps over it, one that comes twice in autumn counts from its first time. Days and
 * minutes may go beyond their month and day.
 */
export function momentOf(
  { year, month, day }: Pick<ZonedParts, 'year' | 'month' | 'day'>,
  minutes: number,
  zone: string,
): number {
  const wall = Date.UTC(year, month - 1, day) + minutes * MINUTE
  const before = offset(wall - REACH, zone)
  const after = offset(wall + REACH, zone)
  if (before === after || offset(wall - before, zone) === before) return wall - before
  if (offset(wall - after, zone) === after) return wall - after
  // The clock jumps over this time: between these two lies the jump.
  let [low, high] = [wall - after, wall - before]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offset(middle, zone) === before) low = middle
    else high = middle
  }
  return high
}

/**
 * The day or month of `zone` that holds `now`; days of 23 and 25 hours are as long as they are. Cheap to ask again
 * while time stays within one period.
 */
export function periodOf(now: number, period: 'day' | 'month', zone: string): Period {
  const known = latest[period].get(zone)
  if (known && known.start <= now && now < known.end) return known
  const date = zonedParts(now, zone)
  let step = 0
  let found: Period
  do found = nthPeriod(date, period, step++, zone)
  while (
    // Where the clock is put back over midnight, the hour that comes again belongs to the day already begun.
    now >= found.end
  )
  latest[period].set(zone, found)
  return found
}

export function startOfDay(now: number, zone: string): number {
  return periodOf(now, 'day', zone).start
}

export function startOfNextDay(now: number, zone: string): number {
  return periodOf(now, 'day', zone).end
}

export function startOfMonth(now: number, zone: string): number {
  return periodOf(now, 'month', zone).start
}

export function startOfNextMonth(now: number, zone: string): number {
  return periodOf(now, 'month', zone).end
}

function nthPeriod(date: ZonedParts, period: 'day' | 'month', step: number, zone: string): Period {
  const { year, month, day } = date
  const from = (n: number) =>
    period === 'day' ? { year, month, day: day + n } : { year, month: month + n, day: 1 }
  return { start: momentOf(from(step), 0, zone), end: momentOf(from(step + 1), 0, zone) }
}

/** What the wall shows, as if it were UTC. */
function wallClock(now: number, zone: string): number {
  return now + offset(now, zone)
}

function offset(now: number, zone: string): number {
  const seconds = Math.floor(now / 1_000) * 1_000
  const shown: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(seconds)) shown[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown
  return Date.UTC(year, month - 1, day, hour, minute, second) - seconds
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const numeric = 'numeric'
  const format = new Intl.DateTimeFormat('en-u-ca-iso8601', {
    timeZone: zone,
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  })
  formats.set(zone, format)
  return format
}
