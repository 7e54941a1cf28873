import t from 'tap'
import { type LimitState, MemoryLimiter } from '../src/index.ts'
import { calendar, charge } from './charges.ts'

const HOUR = 3_600_000_000
const DAY = 24 * HOUR
const at = (text: string) => Date.parse(text) * 1_000

function counting(start: string) {
  const clock = { now: at(start) }
  const limiter = new MemoryLimiter({ now: () => clock.now })
  const take = (limit: ReturnType<typeof calendar>, cost = 1) => {
    const decision = limiter.decide(charge('client:demo', [limit], cost))
    return { ...decision, state: decision.limits[0] as LimitState }
  }
  return { clock, limiter, take }
}

t.test('a day begins at midnight of its time zone, to the microsecond', async (t) => {
  const { clock, take } = counting('2026-07-01T20:00:00Z')
  const daily = calendar('daily', 5, 'day', 'Europe/Berlin')
  t.match(take(daily, 5), { allowed: true, state: { remaining: 0, reset: 7_200, window: 86_400 } })
  t.match(take(daily), { allowed: false, retryAfter: 7_200 })
  clock.now = at('2026-07-01T22:00:00Z') - 1
  t.match(take(daily), { allowed: false, retryAfter: 1 })
  clock.now += 1
  t.match(take(daily, 5), { allowed: true, state: { remaining: 0, reset: 86_400 } })
})

t.test('days on which the clock is changed have 23 and 25 hours', async (t) => {
  const daily = calendar('daily', 5, 'day', 'Europe/Berlin')
  t.match(counting('2026-03-29T10:00:00Z').take(daily), { state: { window: 23 * 3_600, reset: 12 * 3_600 } })
  t.match(counting('2026-10-25T10:00:00Z').take(daily), { state: { window: 25 * 3_600, reset: 13 * 3_600 } })
})

t.test('a month is as long as it is', async (t) => {
  const monthly = calendar('monthly', 10, 'month')
  const { clock, take } = counting('2028-02-01T00:00:00Z')
  t.match(take(monthly, 10), { state: { window: 29 * 86_400, reset: 29 * 86_400 } })
  clock.now += 29 * DAY - 1
  t.notOk(take(monthly).allowed)
  clock.now += 1
  t.match(take(monthly), { allowed: true, state: { remaining: 9, window: 31 * 86_400 } })
})

t.test('a clock that goes back does not open a day again', async (t) => {
  const daily = calendar('daily', 5)
  const { clock, take } = counting('2026-11-22T23:59:59Z')
  t.ok(take(daily, 5).allowed)
  clock.now += 2_000_000
  t.ok(take(daily, 4).allowed, 'a new day')
  clock.now -= 3_000_000
  t.match(take(daily, 2), { allowed: false, retryAfter: 86_402 }, 'it is still the new one that counts')
  t.ok(take(daily, 1).allowed)
  clock.now += 3_000_000
  t.notOk(take(daily).allowed)
})

t.test('a period begun by a clock that was wrong by a year locks nobody out for a year', async (t) => {
  const daily = calendar('daily', 5)
  const { clock, take } = counting('2027-11-22T12:00:00Z')
  t.ok(take(daily, 4).allowed)
  clock.now = at('2026-11-22T12:00:00Z')
  t.match(take(daily, 2), { allowed: false, retryAfter: 12 * 3_600 }, 'what was taken counts for today')
  t.ok(take(daily, 1).allowed)
  clock.now += DAY
  t.ok(take(daily, 5).allowed)
})

t.test('a changed quota, zone or period goes on with the count', async (t) => {
  const { take } = counting('2026-11-22T12:00:00Z')
  t.ok(take(calendar('daily', 10), 8).allowed)
  t.match(take(calendar('daily', 5)), { allowed: false, state: { remaining: 0 } })
  t.match(take(calendar('daily', 5), 0), { allowed: true }, 'nothing fits even then')
  t.match(take(calendar('daily', 10)), { allowed: true, state: { remaining: 1 } })
  t.match(take(calendar('daily', 10, 'day', 'Europe/Berlin')), { allowed: true, state: { remaining: 0 } })
  t.match(take(calendar('daily', 11, 'month')), { allowed: true, state: { remaining: 0 } })
})

t.test('what a day gives back the next day does not get', async (t) => {
  const daily = calendar('daily', 5)
  const { clock, limiter, take } = counting('2026-11-22T23:59:59Z')
  const { receipt } = take(daily, 3)
  clock.now += 2_000_000
  t.ok(take(daily, 2).allowed)
  if (receipt) limiter.settle(receipt, 0)
  t.match(take(daily, 0), { state: { remaining: 3 } })
})
