import type { OnStoreFailure } from '@stockgate/policy-schema'
import { type Charge, type Decision, MemoryLimiter, type RefusalNote } from '@stockgate/rate-limit'
import { startRedis, type TestRedis } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { loneFleet } from '../../src/fleet/index.ts'
import { FallbackLimiter } from '../../src/limiter/fallback-limiter.ts'
import { createLimiter } from '../../src/limiter/index.ts'
import { Mirror } from '../../src/limiter/mirror.ts'
import { RedisCare } from '../../src/limiter/redis-care.ts'
import { RedisLimiter } from '../../src/limiter/redis-limiter.ts'
import type { LimiterLog } from '../../src/limiter/store-status.ts'
import { openRedis } from '../../src/redis/index.ts'
import { until } from '../kit/gateway.ts'
import { calendar, charge, concurrency, OPTIONS, rate } from './charges.ts'

/** So long that nothing comes back while a test runs. */
const BURST = rate('burst', 10, 3_600)

function recordingLog() {
  const lines: { level: string; fields: object }[] = []
  const log: LimiterLog = {
    info: (fields) => lines.push({ level: 'info', fields }),
    warn: (fields) => lines.push({ level: 'warn', fields }),
  }
  return { log, lines }
}

/** A gateway on this Redis that probes only when told. */
async function gateway(t: Test, server: TestRedis, { size = 1, rank = 0 } = {}) {
  const { log, lines } = recordingLog()
  const redis = await openRedis(server.url, { required: true })
  const mirror = new Mirror()
  let clock = 0
  const shared = new RedisLimiter({
    redis,
    // Slow machines are no outage here.
    answerWithinMs: 5_000,
    onReadings: (counters, readings) => mirror.learn(counters, readings, Date.now() * 1_000),
  })
  const limiter = new FallbackLimiter({
    shared,
    care: new RedisCare({ redis, answerWithinMs: 5_000 }),
    mirror,
    place: () => ({ size, rank }),
    log,
    now: () => {
      clock = Math.max(clock, Date.now() * 1_000)
      return clock
    },
    probeEveryMs: 0,
  })
  t.teardown(() => limiter.close())
  await limiter.probe()
  const lost = () => until(() => redis.status !== 'ready', 'the connection is lost')
  const back = async () => {
    await until(() => redis.status === 'ready', 'the connection is back')
    for (let probe = 0; probe < 3; probe++) await limiter.probe()
  }
  return { limiter, redis, lines, lost, back, shared }
}

async function admits(limiter: FallbackLimiter, request: Charge, most = 100): Promise<number> {
  let admitted = 0
  while (admitted < most && (await limiter.decide(request, OPTIONS)).allowed) admitted++
  return admitted
}

t.test('when Redis is killed requests are decided at once, by what was left', async (t) => {
  const server = await startRedis(t)
  const { limiter, lines, lost, back } = await gateway(t, server)
  const request = charge('client:demo', [BURST])
  t.equal(await admits(limiter, request, 6), 6)
  await server.stop()
  await lost()
  const decision = limiter.decide(request, OPTIONS)
  t.notOk(decision instanceof Promise, 'nobody waits')
  t.match(decision, { allowed: true, decidedBy: 'share', limits: [{ remaining: 3 }] })
  t.equal(await admits(limiter, request), 3)
  t.ok(limiter.ready())
  t.match(limiter.store(), {
    decides: 'share',
    cause: 'not connected',
    gateways: 1,
    outages: 1,
    decidedAlone: 5,
  })
  t.match(lines, [{ level: 'warn', fields: { cause: 'not connected', gateways: 1 } }])

  await startRedis(t, { port: server.port })
  await back()
  t.match(lines, [{ level: 'warn' }, { level: 'info', fields: { decidedAlone: 5 } }])
  t.match(await limiter.decide(request, OPTIONS), { allowed: false, decidedBy: 'redis' }, 'no fresh quota')
  t.match(limiter.store(), { decides: 'redis', cause: null })
})

t.test(
  'two gateways on their own admit together what was left, and hand over what they admitted',
  async (t) => {
    const server = await startRedis(t)
    const [a, b] = await Promise.all([
      gateway(t, server, { size: 2, rank: 0 }),
      gateway(t, server, { size: 2, rank: 1 }),
    ])
    const requests = [
      charge('client:demo', [BURST]),
      charge('client:other', [calendar('daily', 50, 'month')]),
    ]
    for (const request of requests) {
      t.equal(await admits(a.limiter, request, 2), 2)
      t.equal(await admits(b.limiter, request, 2), 2)
      // Each has heard of the latest count.
      await a.limiter.decide({ ...request, cost: 0 }, OPTIONS)
    }
    await server.stop()
    await Promise.all([a.lost(), b.lost()])
    const alone = [requests[0] as Charge, requests[1] as Charge]
    t.same([await admits(a.limiter, alone[0] as Charge), await admits(b.limiter, alone[0] as Charge)], [3, 3])
    t.same(
      [await admits(a.limiter, alone[1] as Charge, 9), await admits(b.limiter, alone[1] as Charge, 5)],
      [9, 5],
    )

    await startRedis(t, { port: server.port })
    await a.back()
    t.match(await a.limiter.decide(alone[0] as Charge, OPTIONS), { allowed: false, decidedBy: 'redis' })
    await b.back()
    t.match(await b.limiter.decide(alone[0] as Charge, OPTIONS), { allowed: false, decidedBy: 'redis' })
    const monthly = await b.limiter.peek(alone[1] as Charge, OPTIONS)
    t.match(monthly, { decidedBy: 'redis', limits: [{ remaining: 50 - 4 - 14 }] })
  },
)

t.test('debts of unequal shares come together as their mean', async (t) => {
  const server = await startRedis(t)
  const [a, b] = await Promise.all([
    gateway(t, server, { size: 2, rank: 0 }),
    gateway(t, server, { size: 2, rank: 1 }),
  ])
  const request = charge('client:demo', [rate('burst', 100, 360_000)])
  await server.stop()
  await Promise.all([a.lost(), b.lost()])
  t.equal(await admits(a.limiter, request), 50)
  t.equal(await admits(b.limiter, request, 10), 10)
  await startRedis(t, { port: server.port })
  await a.back()
  t.match(await a.limiter.peek(request, OPTIONS), { limits: [{ remaining: 0 }] }, 'the first speaks for all')
  await b.back()
  t.match(await a.limiter.peek(request, OPTIONS), { limits: [{ remaining: 40 }] }, 'the last puts it right')
})

t.test('a Redis that was flushed gets back what is known here, without an outage', async (t) => {
  const { limiter, redis, lines } = await gateway(t, await startRedis(t))
  const request = charge('client:demo', [BURST, calendar('daily', 100, 'month'), concurrency('flight', 5)])
  t.equal(await admits(limiter, request, 4), 4)
  await redis.flushall()
  await limiter.probe()
  t.match(await limiter.peek(request, OPTIONS), {
    decidedBy: 'redis',
    limits: [{ remaining: 6 }, { remaining: 96 }, { remaining: 1 }],
  })
  t.match(lines, [{ level: 'warn', fields: { counters: 3 } }])
})

t.test('who calls before a flush is discovered gets no fresh quota, from whatever gateway', async (t) => {
  const server = await startRedis(t)
  const [a, b] = [await gateway(t, server), await gateway(t, server)]
  const request = charge('client:demo', [BURST, calendar('daily', 100, 'month')])
  t.equal(await admits(a.limiter, request, 4), 4)
  t.equal(await admits(b.limiter, request, 4), 4)
  await a.redis.flushall()
  t.equal(await admits(a.limiter, request, 1), 1)
  t.equal(await admits(b.limiter, request, 1), 1)
  for (const { limiter } of [a, b]) await limiter.probe()
  const { limits } = await a.limiter.peek(request, OPTIONS)
  t.match(limits, [{ remaining: 2 }, { remaining: 92 }], 'all but one call of each')
})

t.test('what was given back before a flush was discovered is not taken again', async (t) => {
  const { limiter, redis } = await gateway(t, await startRedis(t))
  const request = charge('client:demo', [BURST, calendar('daily', 100, 'month')])
  const { receipt } = await limiter.decide(
    charge('client:demo', [BURST, calendar('daily', 100, 'month')], 5),
    OPTIONS,
  )
  if (receipt) limiter.settle(receipt, 0)
  t.equal(await admits(limiter, request, 2), 2)
  await limiter.probe()
  await redis.flushall()
  await limiter.probe()
  t.match(await limiter.peek(request, OPTIONS), { limits: [{ remaining: 8 }, { remaining: 98 }] })
})

t.test('places are kept over an outage, whoever gave them, and freed after it', async (t) => {
  const server = await startRedis(t)
  const { limiter, lost, back, shared } = await gateway(t, server)
  const request = charge('client:demo', [concurrency('flight', 4)])
  const before = [await limiter.decide(request, OPTIONS), await limiter.decide(request, OPTIONS)]
  await server.stop()
  await lost()
  const alone = [await limiter.decide(request, OPTIONS), await limiter.decide(request, OPTIONS)]
  t.notOk((await limiter.decide(request, OPTIONS)).allowed)
  const [first] = before as [Decision]
  if (first.receipt) limiter.release(first.receipt)
  t.ok((await limiter.decide(request, OPTIONS)).allowed, 'what was freed can be taken')

  await startRedis(t, { port: server.port })
  await back()
  await shared.idle()
  t.match(await limiter.peek(request, OPTIONS), {
    allowed: false,
    decidedBy: 'redis',
    limits: [{ remaining: 0 }],
  })
  for (const { receipt } of [before[1], ...alone] as Decision[]) if (receipt) limiter.release(receipt)
  await shared.idle()
  t.match(await limiter.peek(request, OPTIONS), { limits: [{ remaining: 3 }] })
})

t.test('refusals noted during an outage are told, and corrections are lost without a word', async (t) => {
  const server = await startRedis(t)
  const { limiter, lost } = await gateway(t, server)
  const request = charge('client:demo', [BURST])
  const { receipt } = await limiter.decide(request, OPTIONS)
  await server.stop()
  await lost()
  if (receipt) limiter.settle(receipt, 0)
  const note: RefusalNote = {
    at: Date.now(),
    requestId: 'r1',
    method: 'GET',
    route: '/things',
    violated: ['burst'],
    retryAfter: 1,
  }
  limiter.note('client:demo', note)
  t.same(await limiter.refusals('client:demo'), [note])
})

t.test('each rule for an outage has its own answer', async (t) => {
  const server = await startRedis(t)
  const { limiter, lost } = await gateway(t, server)
  await server.stop()
  await lost()
  const limits = [BURST, calendar('daily', 5), concurrency('flight', 3)]
  const decide = (onStoreFailure: OnStoreFailure) =>
    limiter.decide(charge('client:demo', limits, 5), { onStoreFailure }) as Decision
  t.match(decide('open'), { allowed: true, decidedBy: 'open', limits: [{ remaining: 10 }, { remaining: 5 }] })
  const open = decide('open')
  t.ok(open.allowed, 'again and again')
  if (open.receipt) {
    limiter.settle(open.receipt, 0)
    limiter.release(open.receipt)
  }
  const closed = decide('closed')
  t.match(closed, { allowed: false, decidedBy: 'closed', receipt: null })
  t.ok(closed.limits.every(({ violated }) => !violated))
  t.match(decide('share'), { allowed: true, decidedBy: 'share' })
  t.match(decide('share'), { allowed: false, decidedBy: 'share' })
})

t.test('a fault of the caller is not taken for an outage', async (t) => {
  const { limiter, lines } = await gateway(t, await startRedis(t))
  const wrong = charge('client:demo', [BURST], 0.5)
  await t.rejects(async () => await limiter.decide(wrong, OPTIONS), RangeError)
  await t.rejects(async () => await limiter.peek(wrong, OPTIONS), RangeError)
  t.same(lines, [])
})

t.test('a gateway that has never reached Redis decides by its share and joins when it can', async (t) => {
  const server = await startRedis(t)
  await server.stop()
  const redis = await openRedis(server.url, { required: false })
  const fleet = { place: () => ({ size: 2, rank: 1 }), publish: () => {} }
  const limiter = createLimiter({ redis, fleet, log: recordingLog().log })
  t.teardown(() => limiter.close())
  const request = charge('client:demo', [BURST])
  const decision = await limiter.decide(request, OPTIONS)
  t.match(decision, { allowed: true, decidedBy: 'share', limits: [{ remaining: 4 }] })
  await startRedis(t, { port: server.port })
  await until(() => limiter.store().decides === 'redis', 'it asks Redis')
  t.match(await limiter.peek(request, OPTIONS), { decidedBy: 'redis', limits: [{ remaining: 8 }] })
})

t.test('without Redis a gateway counts in memory', async (t) => {
  const fleet = loneFleet('a')
  const limiter = createLimiter({ fleet, log: recordingLog().log })
  t.type(limiter, MemoryLimiter)
  t.match(limiter.store(), { decides: 'memory', gateways: 1 })
  await limiter.close()
})
