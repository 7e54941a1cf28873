import { setTimeout as sleep } from 'node:timers/promises'
import type { OnStoreFailure, RateLimit } from '@stockgate/policy-schema'
import type { Charge, DecidedBy } from '@stockgate/rate-limit'
import { startRedis, type TestRedis } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { createLimiter, type GatewayLimiter } from '../../src/limiter/index.ts'
import { openRedis } from '../../src/redis/index.ts'
import { type FaultyProxy, faultyProxy } from '../kit/faulty-proxy.ts'
import { until } from '../kit/gateway.ts'

const QUOTA = 100
const BURST: RateLimit = { name: 'burst', kind: 'rate', quota: QUOTA, window: 1, per: null }
const CHARGE: Charge = {
  owner: 'client:demo',
  groups: [{ candidate: null, counters: [{ spec: BURST, id: '{client:demo}:standard:burst' }] }],
  cost: 1,
}
/** Each gateway is asked so often a second: together four times the limit. */
const PER_SECOND = 2 * QUOTA

interface Seen {
  readonly at: number
  readonly allowed: boolean
  readonly decidedBy: DecidedBy
  readonly remaining: number
}

interface Bench {
  readonly limiters: readonly GatewayLimiter[]
  readonly redis: { current: TestRedis }
  readonly proxy: FaultyProxy
  readonly seen: Seen[]
  readonly errors: unknown[]
}

/** Two gateways' limiters on one Redis behind a bad wire, asked all the time. */
async function bench(t: Test, onStoreFailure: OnStoreFailure = 'share'): Promise<Bench> {
  const redis = { current: await startRedis(t) }
  const proxy = await faultyProxy(t, () => redis.current.port)
  const log = { info: () => {}, warn: () => {} }
  const limiters = await Promise.all(
    [0, 1].map(async (rank) => {
      const connection = await openRedis(`redis://127.0.0.1:${proxy.port}`, { required: true })
      const fleet = { place: () => ({ size: 2, rank }), publish: () => {} }
      return createLimiter({ redis: connection, fleet, log })
    }),
  )
  const seen: Seen[] = []
  const errors: unknown[] = []
  const ask = async (limiter: GatewayLimiter) => {
    try {
      const { allowed, decidedBy, limits } = await limiter.decide(CHARGE, { onStoreFailure })
      seen.push({ at: performance.now(), allowed, decidedBy, remaining: limits[0]?.remaining ?? 0 })
    } catch (error) {
      errors.push(error)
    }
  }
  let asked = performance.now()
  const timer = setInterval(() => {
    // As many as are due, so that a busy machine does not lower the load.
    for (; asked < performance.now(); asked += 1_000 / PER_SECOND)
      for (const limiter of limiters) void ask(limiter)
  }, 5)
  t.teardown(async () => {
    clearInterval(timer)
    await Promise.all(limiters.map((limiter) => limiter.close()))
  })
  return { limiters, redis, proxy, seen, errors }
}

const all = (limiters: readonly GatewayLimiter[], decides: string) => () =>
  limiters.every((limiter) => limiter.store().decides === decides)

/** How many were admitted between two moments, in parts of what the limit allows in this time. */
function ratio(seen: readonly Seen[], from: number, to: number): number {
  const admitted = seen.filter(({ at, allowed }) => allowed && at >= from && at < to).length
  // On a machine that stood still the bucket has filled up meanwhile.
  const last = seen.findLast(({ at }) => at < from)
  const saved = last ? last.remaining + ((from - last.at) / 1_000) * QUOTA : QUOTA
  return admitted / ((QUOTA * (to - from)) / 1_000 + Math.min(saved, QUOTA))
}

const FAILURES: Record<string, { fail(it: Bench): unknown; mend(t: Test, it: Bench): unknown }> = {
  frozen: {
    fail: ({ redis }) => process.kill(redis.current.pid, 'SIGSTOP'),
    mend: (_, { redis }) => process.kill(redis.current.pid, 'SIGCONT'),
  },
  'killed, and comes back empty': {
    fail: ({ redis }) => redis.current.stop(),
    mend: async (t, { redis }) => {
      redis.current = await startRedis(t)
    },
  },
  'behind a wire that swallows everything': {
    fail: ({ proxy }) => proxy.swallow(true),
    mend: (_, { proxy }) => proxy.swallow(false),
  },
  'half a second slow': {
    fail: ({ proxy }) => proxy.delay(250),
    mend: (_, { proxy }) => proxy.delay(0),
  },
}

for (const [name, { fail, mend }] of Object.entries(FAILURES)) {
  t.test(
    `while Redis is ${name} two gateways admit no more than the limit, and share it again after`,
    async (t) => {
      const it = await bench(t)
      await sleep(1_200)
      await until(all(it.limiters, 'redis'), 'both gateways ask Redis')

      const failed = performance.now()
      await fail(it)
      await until(all(it.limiters, 'share'), 'both gateways notice')
      await sleep(2_000)
      const mended = performance.now()
      await mend(t, it)
      await until(all(it.limiters, 'redis'), 'both gateways ask Redis again')
      const back = performance.now()
      await sleep(2_000)
      const end = performance.now()

      const outage = ratio(it.seen, failed, back)
      t.ok(outage <= 1.1, `${outage} of the limit during the outage`)
      t.ok(outage >= 0.5, `${outage} of the limit: clients are served during the outage`)
      const after = ratio(it.seen, back, end)
      t.ok(after <= 1.1 && after >= 0.5, `${after} of the limit after it`)
      t.same(it.errors, [])
      // One late answer on a busy machine is decided alone; that is not the outage going on.
      const decided = it.seen.filter(({ at }) => at > back)
      const shared = decided.filter(({ decidedBy }) => decidedBy === 'redis')
      t.ok(shared.length > decided.length / 2, `${shared.length} of ${decided.length} decided by Redis again`)
      t.comment(`open for ${Math.round(back - failed)} ms, back after ${Math.round(back - mended)} ms`)
    },
  )
}

t.test('the load was above the limit: with the rule "open" all of it passes during an outage', async (t) => {
  const it = await bench(t, 'open')
  it.proxy.swallow(true)
  await until(all(it.limiters, 'share'), 'both gateways notice')
  const from = performance.now()
  await sleep(1_000)
  t.ok(ratio(it.seen, from, performance.now()) > 2)
  t.ok(it.seen.some(({ decidedBy }) => decidedBy === 'open'))
})

t.test('with the rule "closed" nothing passes during an outage, and no limit is blamed', async (t) => {
  const it = await bench(t, 'closed')
  it.proxy.swallow(true)
  await until(all(it.limiters, 'share'), 'both gateways notice')
  const decision = await (it.limiters[0] as GatewayLimiter).decide(CHARGE, { onStoreFailure: 'closed' })
  t.match(decision, { allowed: false, decidedBy: 'closed', limits: [{ violated: false }], receipt: null })
  t.ok(decision.retryAfter > 0)
})
