import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import type { LimitSpec } from '@stockgate/policy-schema'
import { boundedKey } from '@stockgate/rate-limit'
import { startRedis } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { RedisLimiter } from '../../src/limiter/redis-limiter.ts'
import { openRedis } from '../../src/redis/index.ts'
import { charge, rate } from './charges.ts'

const LIMITS: readonly LimitSpec[] = [rate('burst', 10, 100), rate('sustained', 100, 2_678_400)]

async function connected(t: Test) {
  const server = await startRedis(t)
  const { url } = server
  const redis = await openRedis(url, { required: true })
  const limiter = new RedisLimiter({ redis, answerWithinMs: 5_000 })
  t.teardown(() => limiter.close())
  return { redis, limiter, url, server }
}

t.test('all counters of a key share one hash tag, whatever the key is', async (t) => {
  const { redis, limiter } = await connected(t)
  for (const key of ['demo', '}{', 'a}b{c', '203.0.113.7', '2001:db8::/64', ' ', 'x'.repeat(10_000)]) {
    await redis.flushall()
    await limiter.decide(charge(boundedKey(key), LIMITS, 1))
    const names = await redis.keys('*')
    t.equal(names.length, 2)
    t.equal(new Set(names.map((name) => /^[^{]*\{([^{}]+)\}/.exec(name)?.[1])).size, 1, names[0] as string)
    t.ok(names.every((name) => name.length < 200))
  }
})

t.test('a counter expires when its bucket is full again, and not before', async (t) => {
  const { redis, limiter } = await connected(t)
  await limiter.decide(charge('demo', LIMITS, 1))
  const burst = await redis.pttl('stockgate:limit:{demo}:standard:burst')
  t.ok(burst > 5_000 && burst <= 10_002, `${burst} ms of 10 s`)
  const sustained = await redis.pttl('stockgate:limit:{demo}:standard:sustained')
  t.ok(sustained > 26_779_000 && sustained <= 26_784_002, `${sustained} ms of 26784 s`)
})

t.test('a refused request writes nothing', async (t) => {
  const { redis, limiter } = await connected(t)
  await limiter.decide(charge('demo', LIMITS, 10))
  const name = 'stockgate:limit:{demo}:standard:sustained'
  const before = await redis.get(name)
  t.notOk((await limiter.decide(charge('demo', LIMITS, 1))).allowed)
  t.equal(await redis.get(name), before)
  t.match(before, /^\d{16} \d+ 100$/)
})

t.test('a Redis that forgot the script learns it again', async (t) => {
  const { redis, limiter } = await connected(t)
  t.ok((await limiter.decide(charge('demo', LIMITS, 6))).allowed)
  await redis.script('FLUSH')
  t.notOk((await limiter.decide(charge('demo', LIMITS, 6))).allowed)
})

t.test(
  'Redis knows the script before the first burst, and after a restart before the next one',
  async (t) => {
    const { redis, limiter, server } = await connected(t)
    const burst = () =>
      Promise.all(Array.from({ length: 50 }, (_, i) => limiter.decide(charge(`c${i}`, LIMITS, 1))))
    const scriptsSent = async () => /cmdstat_eval:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1]
    await burst()
    t.equal(await scriptsSent(), undefined, 'no call had to carry the script')

    await server.stop()
    const again = new Promise((ready) => redis.once('ready', ready))
    await startRedis(t, { port: server.port })
    await again
    await burst()
    t.equal(await scriptsSent(), undefined)
  },
)

t.test('a counter that is no counter counts as a full bucket and is replaced', async (t) => {
  const { redis, limiter } = await connected(t)
  await redis.set('stockgate:limit:{demo}:standard:burst', 'rubbish')
  await redis.lpush('stockgate:limit:{demo}:standard:sustained', 'a list')
  t.match(await limiter.decide(charge('demo', LIMITS, 1)), {
    allowed: true,
    limits: [{ remaining: 9 }, { remaining: 99 }],
  })
  t.match(await limiter.decide(charge('demo', LIMITS, 1)), {
    allowed: true,
    limits: [{ remaining: 8 }, { remaining: 98 }],
  })
})

t.test('the clock is that of Redis, whatever the gateways think', async (t) => {
  const { redis, limiter } = await connected(t)
  await limiter.decide(charge('demo', LIMITS, 1))
  const [seconds] = await redis.time()
  const [micros] = String(await redis.get('stockgate:limit:{demo}:standard:burst')).split(' ')
  t.ok(Math.abs(Number(micros) / 1_000_000 - Number(seconds) - 10) < 5)
})

t.test('a Redis that cannot be used is named at the start, without its password', async (t) => {
  const { url } = await connected(t)
  const port = new URL(url).port
  const silent = createServer((socket) => t.teardown(() => socket.destroy())).listen(0, '127.0.0.1')
  t.teardown(() => silent.close())
  await new Promise((listening) => silent.once('listening', listening))
  const cases: [string, RegExp][] = [
    ['redis://127.0.0.1:1', /^cannot use Redis at redis:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/],
    [`redis://bob:geheim@127.0.0.1:${port}`, /WRONGPASS/],
    [`${url}/99`, /out of range/],
    [`redis://:geheim@127.0.0.1:${(silent.address() as AddressInfo).port}`, /timeout/],
  ]
  for (const [address, reason] of cases) {
    const error = await openRedis(address, { required: true }).then(
      () => undefined,
      (error: Error) => error,
    )
    t.match(error?.message, reason)
    t.notMatch(error?.message, /geheim/)
  }
})
