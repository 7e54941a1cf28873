import { setTimeout as delay } from 'node:timers/promises'
import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { createLimiter } from '../../src/limiter/create.ts'
import { FallbackLimiter, type LimiterLog } from '../../src/limiter/fallback-limiter.ts'
import type { LimitSpec } from '../../src/limiter/limiter.ts'
import { MemoryLimiter } from '../../src/limiter/memory-limiter.ts'
import { openRedis } from '../../src/redis/index.ts'
import { RedisLimiter } from '../../src/limiter/redis-limiter.ts'

const LIMITS: readonly LimitSpec[] = [{ name: 'burst', quota: 10, window: 3600 }]

function recordingLog() {
  const lines: { level: string; fields: object }[] = []
  const log: LimiterLog = {
    info: (fields) => lines.push({ level: 'info', fields }),
    warn: (fields) => lines.push({ level: 'warn', fields }),
  }
  return { log, lines }
}

/** Shared counters whose outages and clock are in the test's hands. */
function scripted() {
  const state = { up: true, now: 0, ...recordingLog() }
  const counters = new MemoryLimiter({ now: () => 1 })
  const limiter = new FallbackLimiter({
    shared: {
      reachable: () => true,
      decide: async (key, limits, cost) => {
        if (!state.up) throw new Error('no answer within 50 ms')
        return counters.decide(key, limits, cost)
      },
      close: async () => undefined,
    },
    local: new MemoryLimiter({ now: () => 1 }),
    log: state.log,
    now: () => state.now,
  })
  return { state, limiter }
}

t.test('when Redis is killed requests are still decided, at once, and limited', async (t) => {
  const redis = await startRedis(t)
  const { log, lines } = recordingLog()
  const limiter = new FallbackLimiter({
    shared: new RedisLimiter({ redis: await openRedis(redis.url, { required: true }), answerWithinMs: 5_000 }),
    local: new MemoryLimiter(),
    log,
  })
  t.teardown(() => limiter.close())
  t.ok((await limiter.decide('demo', LIMITS, 10)).allowed)
  t.notOk((await limiter.decide('demo', LIMITS, 1)).allowed)

  await redis.stop()
  const decisions = await Promise.all(Array.from({ length: 50 }, () => limiter.decide('demo', LIMITS, 1)))
  t.equal(decisions.filter(({ allowed }) => allowed).length, 10, 'the local twin has the same limit')
  t.ok(limiter.ready())
  t.same(
    lines.map(({ level }) => level),
    ['warn'],
  )

  await startRedis(t, { port: redis.port })
  const deadline = Date.now() + 10_000
  while (lines.length < 2 && Date.now() < deadline) {
    await limiter.decide('probe', LIMITS, 0)
    await delay(20)
  }
  t.same(
    lines.map(({ level }) => level),
    ['warn', 'info'],
    'each change of side is logged once',
  )
  t.match(await limiter.decide('demo', LIMITS, 10), { allowed: true }, 'the new Redis decides')
})

t.test('a frozen Redis delays a decision by little, and soon not at all', async (t) => {
  const redis = await startRedis(t)
  const { log } = recordingLog()
  const limiter = await createLimiter({ redisUrl: redis.url, log })
  t.teardown(() => limiter.close())
  process.kill(redis.pid, 'SIGSTOP')
  t.teardown(() => process.kill(redis.pid, 'SIGCONT'))
  const start = performance.now()
  t.ok((await limiter.decide('demo', LIMITS, 1)).allowed)
  t.ok(performance.now() - start < 500, 'the first one waits for the deadline')

  await delay(1_200)
  const later = performance.now()
  for (let call = 0; call < 20; call++) await limiter.decide('demo', LIMITS, 1)
  t.ok(performance.now() - later < 500, 'the connection was given up, nobody waits any more')
})

t.test('a store that answers now and then is one change of side, not many', async (t) => {
  const { state, limiter } = scripted()
  for (let call = 0; call < 100; call++) {
    state.up = call % 2 === 0
    state.now += 10
    await limiter.decide('demo', LIMITS, 0)
  }
  t.equal(state.lines.length, 1)
  t.equal(limiter.side, 'local')
  t.equal(limiter.localDecisions, 50)

  state.up = true
  state.now += 999
  await limiter.decide('demo', LIMITS, 0)
  t.equal(limiter.side, 'local')
  state.now += 1
  await limiter.decide('demo', LIMITS, 0)
  t.equal(limiter.side, 'shared')
  t.match(state.lines, [{ level: 'warn' }, { level: 'info', fields: { decidedAlone: 50 } }])
})

t.test('a fault of the caller is not taken for an outage', async (t) => {
  const { state, limiter } = scripted()
  await t.rejects(limiter.decide('demo', LIMITS, 0.5), RangeError)
  t.same(state.lines, [])
})

t.test('without Redis a gateway counts in memory', async (t) => {
  const limiter = await createLimiter({ log: recordingLog().log })
  t.type(limiter, MemoryLimiter)
  await limiter.close()
})
