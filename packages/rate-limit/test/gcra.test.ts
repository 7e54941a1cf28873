import assert from 'node:assert/strict'
import type { RateLimit } from '@stockgate/policy-schema'
import fc from 'fast-check'
import t from 'tap'
import { MemoryLimiter } from '../src/index.ts'
import { charge, rate } from './charges.ts'
import { TokenBuckets } from './token-bucket.ts'

/** A day in 2026, in microseconds: numbers of the size that Redis' clock gives. */
const START = 1_790_000_000_000_000

function counter(limits: readonly RateLimit[]) {
  let moment = 0
  const limiter = new MemoryLimiter({ now: () => moment })
  return (cost: number, now: number, inForce: readonly RateLimit[] = limits) => {
    moment = now
    return limiter.decide(charge('client:demo', inForce, cost))
  }
}

function admitted(limit: RateLimit, moments: Iterable<number>): number {
  const decide = counter([limit])
  let count = 0
  for (const now of moments) if (decide(1, now).allowed) count++
  return count
}

t.test('exactly the quota passes at one instant', async (t) => {
  for (const quota of [1, 2, 3, 7, 10, 97, 100, 1000, 3000, 9999]) {
    for (const window of [1, 7, 60, 86_400, 2_678_400]) {
      const moments = Array.from({ length: quota + 25 }, () => START)
      t.equal(admitted(rate('burst', quota, window), moments), quota, `${quota} in ${window} s`)
    }
  }
})

t.test('a quota that does not divide its window comes back without drift', async (t) => {
  // Three per second, asked every microsecond around each due time for an hour: one unit each 333333⅓ µs.
  const limit = rate('burst', 3, 1)
  const moments = [START, START, START]
  for (let unit = 1; unit <= 3 * 3600; unit++) {
    const due = START + Math.ceil((unit * 1_000_000) / 3)
    moments.push(due - 1, due, due)
  }
  t.equal(admitted(limit, moments), 3 + 3 * 3600)
})

t.test('one microsecond decides', async (t) => {
  const decide = counter([rate('burst', 100, 1)])
  for (let call = 0; call < 100; call++) decide(1, START)
  t.notOk(decide(1, START + 9_999).allowed)
  t.ok(decide(1, START + 10_000).allowed)
  t.notOk(decide(1, START + 10_000).allowed)
})

t.test('a clock set back an hour locks nobody out for longer than a window', async (t) => {
  const decide = counter([rate('burst', 10, 2)])
  for (let call = 0; call < 10; call++) decide(1, START)
  const back = START - 3_600_000_000
  t.match(decide(1, back), { allowed: false, retryAfter: 1 })
  t.match(decide(10, back + 1_999_999), { allowed: false })
  t.match(decide(10, back + 2_000_000), { allowed: true })
})

t.test(
  'a limit tightened meanwhile starts from an empty bucket, a widened one from what is owed',
  async (t) => {
    const wide = [rate('sustained', 60, 60)]
    const narrow = [rate('sustained', 4, 2)]
    const decide = counter(wide)
    t.ok(decide(60, START).allowed)
    t.match(decide(1, START, narrow), { allowed: false, retryAfter: 1 })
    t.match(decide(1, START, wide), { allowed: true, limits: [{ remaining: 57, reset: 3 }] })
  },
)

t.test('parts of a former quota are rounded so that nothing more is admitted', async (t) => {
  const decide = counter([rate('burst', 3, 1)])
  t.ok(decide(1, START).allowed)
  // 333,333⅓ µs are owed, which is 333,334 µs by halves of a second: with one unit more, 833,334.
  const halves = [rate('burst', 2, 1)]
  t.ok(decide(1, START, halves).allowed)
  t.notOk(decide(1, START + 333_333, halves).allowed)
  t.ok(decide(1, START + 333_334, halves).allowed)
})

t.test('agrees with a token bucket in whole numbers of any size over random calls', async (t) => {
  const tier = fc.array(
    fc.record({
      quota: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 50_000_000 })),
      window: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 2_678_400 })),
    }),
    { minLength: 1, maxLength: 3 },
  )
  const call = fc.record({
    pause: fc.oneof(fc.constant(0), fc.nat(1_000_000), fc.nat(1_000_000_000_000)),
    cost: fc.oneof(fc.nat(5), fc.integer({ min: 1, max: 50_000_000 })),
  })
  const calls = fc.array(call, { minLength: 1, maxLength: 100, size: 'max' })
  let compared = 0
  fc.assert(
    fc.property(tier, calls, (numbers, calls) => {
      const limits = numbers.map(({ quota, window }, index) => rate(`limit-${index}`, quota, window))
      const decide = counter(limits)
      const model = new TokenBuckets()
      let now = START
      for (const { pause, cost } of calls) {
        now += pause
        const { allowed, limits: states } = decide(cost, now)
        const said = states.map(({ remaining, reset, violated }) => ({ remaining, reset, violated }))
        assert.deepEqual({ allowed, limits: said }, model.decide('key', limits, cost, now))
        compared++
      }
    }),
    { numRuns: 1000 },
  )
  t.ok(compared > 10_000, `${compared} decisions compared`)
})
