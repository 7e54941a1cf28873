import fc from 'fast-check'
import t from 'tap'
import {
  momentOf,
  periodOf,
  startOfDay,
  startOfMonth,
  startOfNextDay,
  startOfNextMonth,
  zonedParts,
} from '../src/time-zone.ts'

const HOUR = 3_600_000
const at = (iso: string): number => Date.parse(iso)

function dayHours(iso: string, zone: string): number {
  const { start, end } = periodOf(at(iso), 'day', zone)
  return (end - start) / HOUR
}

t.test('the parts of a moment are those on the wall of the zone', async (t) => {
  t.same(zonedParts(at('2026-11-22T23:30:00Z'), 'Europe/Berlin'), {
    year: 2026,
    month: 11,
    day: 23,
    weekday: 1,
    minutes: 30,
  })
  t.same(zonedParts(at('2026-11-22T23:30:59.999Z'), 'UTC'), {
    year: 2026,
    month: 11,
    day: 22,
    weekday: 7,
    minutes: 1410,
  })
  t.same(zonedParts(at('2026-01-01T00:00:00Z'), 'Asia/Kathmandu'), {
    year: 2026,
    month: 1,
    day: 1,
    weekday: 4,
    minutes: 345,
  })
})

t.test('days with a change of the clock have 23 and 25 hours', async (t) => {
  t.equal(dayHours('2026-03-29T12:00:00Z', 'Europe/Berlin'), 23)
  t.equal(dayHours('2026-10-25T12:00:00Z', 'Europe/Berlin'), 25)
  t.equal(dayHours('2026-10-26T12:00:00Z', 'Europe/Berlin'), 24)
  t.equal(dayHours('2026-10-04T01:00:00Z', 'Australia/Lord_Howe'), 23.5, 'a change by half an hour')
  t.equal(startOfDay(at('2026-10-25T22:59:59.999Z'), 'Europe/Berlin'), at('2026-10-24T22:00:00Z'))
  t.equal(startOfNextDay(at('2026-10-25T00:30:00Z'), 'Europe/Berlin'), at('2026-10-25T23:00:00Z'))
})

t.test('a day whose midnight does not exist begins when the clock jumps over it', async (t) => {
  const first = at('2018-11-04T03:00:00Z')
  t.equal(startOfDay(at('2018-11-04T12:00:00Z'), 'America/Sao_Paulo'), first)
  t.equal(startOfNextDay(at('2018-11-04T02:59:59.999Z'), 'America/Sao_Paulo'), first)
  t.equal(zonedParts(first, 'America/Sao_Paulo').minutes, 60)
})

t.test('a day whose midnight comes twice begins with the first', async (t) => {
  t.equal(startOfDay(at('2025-11-02T12:00:00Z'), 'America/Havana'), at('2025-11-02T04:00:00Z'))
  t.equal(dayHours('2025-11-02T12:00:00Z', 'America/Havana'), 25)
})

t.test('a clock put back over midnight does not bring the old day back', async (t) => {
  const zone = 'America/Goose_Bay'
  const midnight = at('2010-11-07T03:00:00Z')
  t.equal(zonedParts(at('2010-11-07T03:30:00Z'), zone).day, 6, 'the wall shows the day before again')
  t.equal(startOfDay(at('2010-11-07T03:30:00Z'), zone), midnight)
  t.equal(startOfDay(at('2010-11-07T12:00:00Z'), zone), midnight)
})

t.test('a date that a zone left out is no period', async (t) => {
  const jump = at('2011-12-30T10:00:00Z')
  t.same(periodOf(jump - 1, 'day', 'Pacific/Apia').end, jump)
  t.same(periodOf(jump, 'day', 'Pacific/Apia'), { start: jump, end: jump + 24 * HOUR })
})

t.test('a month runs from its first midnight to that of the next', async (t) => {
  const now = at('2026-12-15T12:00:00Z')
  t.equal(startOfMonth(now, 'Europe/Berlin'), at('2026-11-30T23:00:00Z'))
  t.equal(startOfNextMonth(now, 'Europe/Berlin'), at('2026-12-31T23:00:00Z'))
  t.equal(startOfNextMonth(at('2028-02-29T00:00:00Z'), 'UTC'), at('2028-03-01T00:00:00Z'))
  const { start, end } = periodOf(at('2026-03-10T00:00:00Z'), 'month', 'Europe/Berlin')
  t.equal(end - start, 31 * 24 * HOUR - HOUR)
})

t.test('a time on the wall is the first moment that shows it, or the jump that leaves it out', async (t) => {
  const spring = { year: 2026, month: 3, day: 29 }
  const autumn = { year: 2026, month: 10, day: 25 }
  const berlin = (date: typeof spring, minutes: number) =>
    new Date(momentOf(date, minutes, 'Europe/Berlin')).toISOString()
  t.equal(berlin(spring, 8 * 60), '2026-03-29T06:00:00.000Z')
  t.equal(berlin(spring, 150), '2026-03-29T01:00:00.000Z', '02:30 does not exist')
  t.equal(berlin(spring, 119), '2026-03-29T00:59:00.000Z')
  t.equal(berlin(autumn, 8 * 60), '2026-10-25T07:00:00.000Z')
  t.equal(berlin(autumn, 150), '2026-10-25T00:30:00.000Z', '02:30 comes twice')
  t.equal(berlin(autumn, 1440), '2026-10-25T23:00:00.000Z')
})

t.test('at every moment of every zone the periods hold the moment and join without a gap', async () => {
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/Sao_Paulo',
    'Pacific/Apia',
    'Asia/Beirut',
    'America/Goose_Bay',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  )
  const moment = fc.integer({ min: at('1995-01-01T00:00:00Z'), max: at('2037-01-01T00:00:00Z') })
  fc.assert(
    fc.property(zone, moment, fc.constantFrom('day', 'month'), (zone, now, unit) => {
      const { start, end } = periodOf(now, unit, zone)
      return (
        start <= now &&
        now < end &&
        periodOf(end, unit, zone).start === end &&
        periodOf(start, unit, zone).start === start
      )
    }),
    { numRuns: 500 },
  )
})
