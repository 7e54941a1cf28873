import { startRedis } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { RedisLimiter, type RedisLimiterOptions } from '../../src/limiter/redis-limiter.ts'
import { openRedis } from '../../src/redis/index.ts'
import { calendar, charge, concurrency, rate } from './charges.ts'

const FLIGHT = [concurrency('flight', 1)]
const KEY = 'stockgate:limit:{demo}:standard:flight'

async function connected(t: Test, options: Partial<RedisLimiterOptions> = {}) {
  const server = await startRedis(t)
  const gateway = async (more: Partial<RedisLimiterOptions> = {}) => {
    const redis = await openRedis(server.url, { required: true })
    const limiter = new RedisLimiter({ redis, answerWithinMs: 5_000, heartbeatMs: 0, ...options, ...more })
    t.teardown(() => limiter.close())
    return limiter
  }
  const redis = await openRedis(server.url, { required: true })
  t.teardown(() => redis.disconnect())
  return { server, redis, gateway }
}

t.test('the places of a gateway that crashed come back within the lease', async (t) => {
  let ahead = 0
  const { gateway } = await connected(t, { redisClock: () => `+${ahead}` })
  const [first, second] = [await gateway(), await gateway()]
  t.ok((await first.decide(charge('demo', FLIGHT))).allowed)
  await first.close()
  t.notOk((await second.decide(charge('demo', FLIGHT))).allowed)
  ahead = 30_000_000
  t.ok((await second.decide(charge('demo', FLIGHT))).allowed)
})

t.test('the heartbeat renews what has been held for long, all of an owner in one call', async (t) => {
  let now = 1_790_000_000_000_000
  const { redis, gateway } = await connected(t, { now: () => now, heartbeatMs: 20 })
  const limiter = await gateway()
  const limits = [concurrency('flight', 9), concurrency('other', 9)]
  for (let call = 0; call < 3; call++) await limiter.decide(charge('demo', limits))
  const before = await redis.zrange(KEY, '0', '-1', 'WITHSCORES')
  now += 10_000_000
  const deadline = Date.now() + 10_000
  let after = before
  while (String(after) === String(before) && Date.now() < deadline)
    after = await redis.zrange(KEY, '0', '-1', 'WITHSCORES')
  t.equal(after.length, 6)
  t.ok(Number(after[1]) > Number(before[5]), 'even the oldest ends later than the newest did')
})

t.test('a place that Redis has lost is put back by the heartbeat', async (t) => {
  let now = 1_790_000_000_000_000
  const { redis, gateway } = await connected(t, { now: () => now })
  const limiter = await gateway()
  const { receipt } = await limiter.decide(charge('demo', FLIGHT))
  await redis.flushall()
  now += 10_000_000
  limiter.renew()
  await limiter.idle()
  t.notOk((await limiter.decide(charge('demo', FLIGHT))).allowed)
  if (receipt) limiter.release(receipt)
  await limiter.idle()
  t.equal(await redis.exists(KEY), 0)
})

t.test('who gave up waiting holds no place', async (t) => {
  const { server, redis } = await connected(t)
  const own = await openRedis(server.url, { required: true })
  const limiter = new RedisLimiter({ redis: own, answerWithinMs: 30, heartbeatMs: 0 })
  t.teardown(() => limiter.close())
  process.kill(server.pid, 'SIGSTOP')
  await t.rejects(limiter.decide(charge('demo', FLIGHT)), { message: /no answer within/ })
  process.kill(server.pid, 'SIGCONT')
  const freed = async () => /cmdstat_zrem:calls=1\b/.test(await redis.info('commandstats'))
  for (const deadline = Date.now() + 10_000; !(await freed()) && Date.now() < deadline; );
  t.ok(await freed())
  t.equal(await redis.exists(KEY), 0)
})

t.test('corrections for a Redis that is away are dropped, and nobody notices', async (t) => {
  const { server, gateway } = await connected(t)
  const limiter = await gateway()
  const { receipt } = await limiter.decide(charge('demo', [rate('burst', 10, 60), ...FLIGHT]))
  await server.stop()
  if (receipt) {
    limiter.settle(receipt, 0)
    limiter.release(receipt)
  }
  await limiter.idle()
  t.equal(limiter.lost, 2)
})

t.test("which day it is says Redis' clock, not that of a gateway", async (t) => {
  const daily = [calendar('daily', 5)]
  const midnight = Date.UTC(2026, 10, 23) * 1_000
  let now = midnight - 1
  const { gateway } = await connected(t, { redisClock: () => `=${now}` })
  const slow = await gateway({ now: () => midnight - 3_000_000 })
  const fast = await gateway({ now: () => midnight + 3_000_000 })
  t.ok((await fast.decide(charge('demo', daily, 3))).allowed)
  t.match(await slow.decide(charge('demo', daily, 3)), {
    allowed: false,
    limits: [{ remaining: 2, reset: 1 }],
  })
  now = midnight
  t.match(await slow.decide(charge('demo', daily, 3)), { allowed: true, limits: [{ reset: 86_400 }] })
  t.notOk((await fast.decide(charge('demo', daily, 3))).allowed)
})

t.test(
  'a request is one command, however many limits and candidates it has, and a look writes nothing',
  async (t) => {
    const { redis, gateway } = await connected(t)
    const limiter = await gateway()
    const all = [rate('burst', 10, 60), rate('sustained', 50, 600), calendar('daily', 90), ...FLIGHT]
    const request = charge('demo', all, 1, { one: all, two: all })
    t.ok((await limiter.peek(request)).allowed)
    t.equal(await redis.dbsize(), 0)
    await limiter.decide(request)
    t.equal(await redis.dbsize(), 12)
    const stats = await redis.info('commandstats')
    t.equal(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1], '2')
  },
)
