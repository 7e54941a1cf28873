import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { decisionOf } from '../../src/limiter/decision.ts'
import { type ArrivalTime, decideAll } from '../../src/limiter/gcra.ts'
import type { LimitSpec } from '../../src/limiter/limiter.ts'
import { ReferenceModel } from './reference-model.ts'

/** A day in 2026, in microseconds: numbers of the size that Redis' clock gives. */
const START = 1_790_000_000_000_000

function counter(limits: readonly LimitSpec[]) {
  let states: (ArrivalTime | undefined)[] = limits.map(() => undefined)
  return (cost: number, now: number) => {
    const { verdicts, next } = decideAll(states, limits, cost, now)
    states = states.map((state, index) => next[index] ?? state)
    return decisionOf(limits, cost, verdicts)
  }
}

function admitted(limit: LimitSpec, moments: Iterable<number>): number {
  const decide = counter([limit])
  let count = 0
  for (const now of moments) if (decide(1, now).allowed) count++
  return count
}

t.test('exactly the quota passes at one instant', async (t) => {
  for (const quota of [1, 2, 3, 7, 10, 97, 100, 1000, 3000, 9999]) {
    for (const window of [1, 7, 60, 86_400, 2_678_400]) {
      const moments = Array.from({ length: quota + 25 }, () => START)
      t.equal(admitted({ name: 'burst', quota, window }, moments), quota, `${quota} in ${window} s`)
    }
  }
})

t.test('a quota that does not divide its window comes back without drift', async (t) => {
  // Three per second, asked every microsecond around each due time for an hour: one unit each 333333⅓ µs.
  const limit = { name: 'burst', quota: 3, window: 1 }
  const moments = [START, START, START]
  for (let unit = 1; unit <= 3 * 3600; unit++) {
    const due = START + Math.ceil((unit * 1_000_000) / 3)
    moments.push(due - 1, due, due)
  }
  t.equal(admitted(limit, moments), 3 + 3 * 3600)
})

t.test('one microsecond decides', async (t) => {
  const decide = counter([{ name: 'burst', quota: 100, window: 1 }])
  for (let call = 0; call < 100; call++) decide(1, START)
  t.notOk(decide(1, START + 9_999).allowed)
  t.ok(decide(1, START + 10_000).allowed)
  t.notOk(decide(1, START + 10_000).allowed)
})

t.test('a clock set back an hour locks nobody out for longer than a window', async (t) => {
  const decide = counter([{ name: 'burst', quota: 10, window: 2 }])
  for (let call = 0; call < 10; call++) decide(1, START)
  const back = START - 3_600_000_000
  t.match(decide(1, back), { allowed: false, retryAfter: 1 })
  t.match(decide(10, back + 1_999_999), { allowed: false })
  t.match(decide(10, back + 2_000_000), { allowed: true })
})

t.test(
  'a limit tightened meanwhile starts from an empty bucket, a widened one from what is owed',
  async (t) => {
    const wide: LimitSpec = { name: 'sustained', quota: 60, window: 60 }
    const narrow: LimitSpec = { name: 'sustained', quota: 4, window: 2 }
    const { next } = decideAll([undefined], [wide], 60, START)
    const tightened = decideAll(next, [narrow], 1, START)
    t.match(decisionOf([narrow], 1, tightened.verdicts), { allowed: false, retryAfter: 1 })
    const widened = decideAll(tightened.next, [wide], 1, START)
    t.match(decisionOf([wide], 1, widened.verdicts), { allowed: true, limits: [{ remaining: 57, reset: 3 }] })
  },
)

t.test('parts of a former quota are rounded so that nothing more is admitted', async (t) => {
  const thirds: LimitSpec = { name: 'burst', quota: 3, window: 1 }
  const { next } = decideAll([undefined], [thirds], 1, START)
  t.same(next, [{ micros: START + 333_333, part: 1, quota: 3 }])
  const halves = decideAll(next, [{ name: 'burst', quota: 2, window: 1 }], 1, START)
  t.same(halves.verdicts, [{ fits: true, debt: { micros: 833_334, part: 0 } }])
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
      const limits = numbers.map((limit, index) => ({ name: `limit-${index}`, ...limit }))
      const decide = counter(limits)
      const model = new ReferenceModel()
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
