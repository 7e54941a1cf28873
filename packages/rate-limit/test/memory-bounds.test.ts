import t from 'tap'
import { MemoryLimiter } from '../src/index.ts'
import { calendar, charge, concurrency, rate } from './charges.ts'

const LIMITS = [rate('burst', 10, 100)]
const SECOND = 1_000_000

function limiterAt(maxCounters: number) {
  const clock = { now: SECOND }
  const limiter = new MemoryLimiter({ now: () => clock.now, maxCounters })
  return {
    clock,
    limiter,
    passes: (key: string, cost = 1) => limiter.decide(charge(key, LIMITS, cost)).allowed,
  }
}

t.test('counters whose bucket is full again are dropped in passing', async (t) => {
  const { clock, limiter, passes } = limiterAt(1_000_000)
  for (let client = 0; client < 5_000; client++) passes(`client-${client}`)
  t.equal(limiter.size, 5_000)
  clock.now += 12 * SECOND
  // A round looks at every counter; one is under way already.
  for (let call = 0; call < 11_000; call++) passes('one client')
  t.equal(limiter.size, 1)
})

t.test('memory stays bounded however many keys call', async (t) => {
  const { limiter, passes } = limiterAt(1_000)
  for (let client = 0; client < 100_000; client++) passes(`client-${client}`)
  t.ok(limiter.size <= 1_000 + 1_024, `${limiter.size} counters`)
})

t.test('a flood of new keys frees no client of its limit', async (t) => {
  const { clock, passes } = limiterAt(1_000)
  t.ok(passes('victim', 10))
  for (let client = 0; client < 20_000; client++) {
    passes(`client-${client}`)
    if (client % 1000 === 0) t.notOk(passes('victim'))
  }
  clock.now += 10 * SECOND
  t.ok(passes('victim'), 'and gets its units back as always')
  t.notOk(passes('victim'))
})

t.test('newcomers that find no room share lanes and never get more than their own limit', async (t) => {
  const { clock, limiter, passes } = limiterAt(100)
  for (let client = 0; client < 100; client++) passes(`early-${client}`, 10)
  let admitted = 0
  for (let call = 0; call < 30; call++) if (passes('late')) admitted++
  t.equal(admitted, 10, 'a lane is as wide as the limit')

  clock.now += 50 * SECOND
  t.ok(passes('late', 5), 'it is given back in a lane as anywhere')
  t.notOk(passes('late'))

  clock.now += 60 * SECOND
  for (let call = 0; call < 10; call++) passes('early-0', 0)
  t.ok(limiter.size < 100, 'there is room again')
  t.equal(limiter.peek(charge('late', LIMITS)).limits[0]?.remaining, 6, 'what the lane owes is owed still')
})

t.test('a newcomer that gets its own counter brings along what its lane owes', async (t) => {
  const { clock, limiter, passes } = limiterAt(100)
  for (let client = 0; client < 99; client++) passes(`early-${client}`, 1)
  passes('long', 10)
  t.ok(passes('late', 10), 'in a lane')
  clock.now += 11 * SECOND
  t.ok(passes('late', 1), 'in a counter of its own by now')
  t.notOk(passes('late', 1), 'which did not start afresh')
  t.equal(limiter.peek(charge('early-1', LIMITS)).limits[0]?.remaining, 10)
})

t.test('the closed limiter holds nothing', async (t) => {
  const { limiter, passes } = limiterAt(100)
  passes('client')
  await limiter.close()
  t.equal(limiter.size, 0)
})

t.test(
  'calendar quotas share lanes too where there is no room, and start anew with their period',
  async (t) => {
    const clock = { now: 0 }
    const limiter = new MemoryLimiter({ now: () => clock.now, maxCounters: 50 })
    const daily = [calendar('daily', 3)]
    for (let client = 0; client < 50; client++) limiter.decide(charge(`early-${client}`, daily))
    for (let client = 0; client < 20_000; client++) limiter.decide(charge(`late-${client}`, daily))
    t.ok(limiter.size <= 50 + 1_024, `${limiter.size} counters`)
    t.equal(limiter.peek(charge('early-0', daily)).limits[0]?.remaining, 2)
    t.equal(limiter.peek(charge('late-0', daily)).limits[0]?.remaining, 0, 'its lane is worn out')
    clock.now += 86_400 * SECOND
    t.equal(limiter.peek(charge('late-0', daily)).limits[0]?.remaining, 3)
  },
)

t.test('places need no lanes: where there is no room a counter goes with its last request', async (t) => {
  const { limiter, passes } = limiterAt(100)
  for (let client = 0; client < 100; client++) passes(`early-${client}`)
  const one = [concurrency('flight', 1)]
  for (let client = 0; client < 1_000; client++) {
    const { receipt } = limiter.decide(charge(`late-${client}`, one))
    if (limiter.decide(charge(`late-${client}`, one)).allowed) t.fail('one place is one place')
    if (receipt) limiter.release(receipt)
  }
  t.equal(limiter.size, 100)
})
