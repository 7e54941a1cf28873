import { type Charge, type CounterReading, type LimitState, MemoryLimiter } from '@stockgate/rate-limit'
import { manualClock } from '@stockgate/test-kit'
import fc from 'fast-check'
import t from 'tap'
import { Mirror } from '../../src/limiter/mirror.ts'
import { shareOfPlaces } from '../../src/limiter/share.ts'
import { ShareLimiter } from '../../src/limiter/share-limiter.ts'
import { calendar, charge, concurrency, rate } from './charges.ts'

/** Gateways that lost each other at one moment; the mirror of each says the same. */
function alone(size: number, { held = [] as number[], mirror = new Mirror() } = {}) {
  const clock = manualClock('2026-11-22T12:00:00Z')
  const now = () => clock.now() * 1_000
  const gateways = Array.from(
    { length: size },
    (_, rank) => new ShareLimiter({ mirror, place: { size, rank }, held: () => held[rank] ?? 0, now }),
  )
  const learn = ({ groups }: Charge, reading: CounterReading) =>
    mirror.learn(groups[0].counters, [reading], now())
  return { clock, now, gateways, learn, mirror }
}

/** How many requests all gateways together admit at this moment. */
function admits(gateways: readonly ShareLimiter[], request: Charge): number {
  let admitted = 0
  for (const gateway of gateways) while (gateway.decide(request).allowed) admitted++
  return admitted
}

t.test('whatever is left of a rate, all gateways together admit no more, now and later', async (t) => {
  const sizes = fc.integer({ min: 1, max: 7 })
  fc.assert(
    fc.property(sizes, fc.nat(60), fc.integer({ min: 1, max: 3 }), fc.nat(100), (size, more, cost, used) => {
      const quota = size * cost + more
      const request = charge('client:demo', [rate('burst', quota, 10)], cost)
      const { gateways, learn, clock } = alone(size)
      learn(request, { kind: 'rate', micros: used * 100_000, part: 0 })
      let admitted = 0
      for (const elapsed of [0, 1, 2, 3, 4, 5]) {
        admitted += admits(gateways, request) * cost
        const left = quota * (1 - used / 100 + elapsed / 10)
        if (admitted > left + 1e-9) throw new Error(`${admitted} of ${left} after ${elapsed} s`)
        clock.advance(1_000)
      }
    }),
    { numRuns: 100 },
  )
  t.pass()
})

t.test('a share of nothing spent is the whole limit where it can be split evenly', async (t) => {
  t.equal(admits(alone(2).gateways, charge('client:demo', [rate('burst', 100, 1)])), 100)
  t.equal(admits(alone(2).gateways, charge('client:demo', [calendar('daily', 101)])), 101)
  t.equal(admits(alone(3).gateways, charge('client:demo', [concurrency('flight', 20)])), 20)
})

t.test('what is left of a calendar quota is split to the last unit', async (t) => {
  const request = charge('client:demo', [calendar('daily', 100)])
  const { gateways, learn, clock } = alone(3)
  const start = Date.UTC(2026, 10, 22) * 1_000
  learn(request, { kind: 'calendar', count: 90, start, end: start + 86_400_000_000 })
  t.equal(admits(gateways, request), 10)
  clock.advance(86_400_000)
  t.equal(admits(gateways, request), 100, 'the next day begins anew')
})

t.test(
  'a rate too small to be split still lets one call pass at each gateway, and keeps its average',
  async (t) => {
    const request = charge('client:demo', [rate('burst', 2, 10)])
    const { gateways, clock } = alone(5)
    t.equal(admits(gateways, request), 5, 'at most one each')
    let admitted = 0
    for (let second = 0; second < 1_000; second++) {
      clock.advance(1_000)
      admitted += admits(gateways, request)
    }
    t.equal(admitted, 200)
  },
)

t.test('a cost above the quota is refused on its own as it is everywhere', async (t) => {
  t.equal(admits(alone(2).gateways, charge('client:demo', [rate('burst', 2, 10)], 3)), 0)
})

t.test('of places that others hold none is given away, at first', async (t) => {
  const request = charge('client:demo', [concurrency('flight', 20)])
  const { gateways, learn, clock } = alone(2, { held: [8, 6] })
  learn(request, { kind: 'concurrency', inFlight: 14 })
  t.equal(admits(gateways, request), 5, 'two new ones beside eight, three beside six')
  clock.advance(30_000)
  t.equal(admits(gateways, request), 6, 'when those leases ended each fills up its even half')
})

t.test('a gateway that holds more than its part takes no new place until it is below', async (t) => {
  const spec = concurrency('flight', 20)
  const place = { size: 2, rank: 0 }
  t.equal(shareOfPlaces(spec, { before: { all: 20, own: 20 }, held: 15 }, place).quota, 0)
  t.equal(shareOfPlaces(spec, { before: { all: 20, own: 20 }, held: 7 }, place).quota, 3)
  t.equal(shareOfPlaces(concurrency('one', 1), { before: null, held: 0 }, { size: 3, rank: 2 }).quota, 1)
})

t.test('a decision tells the limit as it is written and what remains of the share', async (t) => {
  const request = charge('client:demo', [
    rate('burst', 100, 1),
    calendar('daily', 1_000),
    concurrency('flight', 20),
  ])
  const decision = (alone(2).gateways[0] as ShareLimiter).decide(request)
  t.match(decision, {
    allowed: true,
    decidedBy: 'share',
    limits: [
      { name: 'burst', quota: 100, window: 1, remaining: 49 },
      { name: 'daily', quota: 1_000, remaining: 499 },
      { name: 'flight', quota: 20, remaining: 9 },
    ],
  })
  t.ok(decision.limits.every(({ id }: LimitState) => id.startsWith('{client:demo}')))
})

t.test('what a request gives back, and its place, can be taken again', async (t) => {
  const request = charge('client:demo', [rate('burst', 2, 3_600), concurrency('flight', 2)])
  const gateway = alone(2).gateways[0] as ShareLimiter
  const { receipt } = gateway.decide(request)
  t.notOk(gateway.decide(request).allowed)
  if (receipt) gateway.settle(receipt, 0)
  t.same(
    gateway.decide(request).limits.map(({ violated }) => violated),
    [false, true],
  )
  if (receipt) gateway.release(receipt)
  t.ok(gateway.decide(request).allowed)
})

t.test('a look spends nothing', async (t) => {
  const request = charge('client:demo', [rate('burst', 2, 3_600)])
  const gateway = alone(2).gateways[0] as ShareLimiter
  for (let look = 0; look < 5; look++) t.match(gateway.peek(request), { allowed: true, receipt: null })
  t.ok(gateway.decide(request).allowed)
})

t.test('one gateway is its own fleet: the share is the same limit as ever', async (t) => {
  const clock = manualClock()
  const now = () => clock.now() * 1_000
  const one = new ShareLimiter({ mirror: new Mirror(), place: { size: 1, rank: 0 }, held: () => 0, now })
  const memory = new MemoryLimiter({ now })
  const random = fc.sample(fc.integer({ min: 0, max: 400 }), { numRuns: 500, seed: 7 })
  for (const step of random) {
    clock.advance(step)
    const request = charge('client:demo', [rate('burst', 7, 1), calendar('daily', 300)], step % 3)
    const { allowed, limits, retryAfter } = memory.decide(request)
    t.match(one.decide(request), { allowed, limits, retryAfter })
  }
})

t.test('the mirror forgets what was not asked about for the longest time', async (t) => {
  const mirror = new Mirror(2)
  const [a, b, c] = ['a', 'b', 'c'].map((owner) => charge(owner, [rate('burst', 7, 1)]).groups[0].counters)
  const reading = { kind: 'rate', micros: 1_000, part: 0 } as const
  for (const counters of [a, b, a, c]) mirror.learn(counters ?? [], [reading], 0)
  t.equal(mirror.size, 2)
  const read = [a, b, c].map((counters) => counters?.[0] && mirror.read(counters[0], 400))
  t.same(read, [{ ...reading, micros: 600 }, undefined, { ...reading, micros: 600 }])
  t.same([...mirror.live(1_000)], [], 'a debt that has run off is nothing')
})
