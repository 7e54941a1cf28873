import { setTimeout as delay } from 'node:timers/promises'
import type { Limiter } from '@stockgate/rate-limit'
import { createTestIssuer, recordingUpstream, startRedis, type TestScope } from '@stockgate/test-kit'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import t from 'tap'
import { createLimiter, RedisLimiter } from '../../../src/limiter/index.ts'
import { openRedis } from '../../../src/redis/index.ts'
import { call } from '../../kit/call.ts'
import { limitsOf, limitsWith, PUBLIC_URL, startGateway, type TestGateway, until } from '../../kit/gateway.ts'

const log = pino({ level: 'silent' })

/** The shared counters alone: on a busy machine a gateway would soon decide by itself, which is another test. */
function patientLimiter(t: TestScope, url: string): Limiter {
  const shared = new RedisLimiter({ redis: new Redis(url), answerWithinMs: 30_000 })
  t.teardown(() => shared.close())
  return {
    decide: (charge) => shared.decide(charge),
    peek: (charge) => shared.peek(charge),
    settle: (receipt, cost) => shared.settle(receipt, cost),
    release: (receipt) => shared.release(receipt),
    note: (owner, refusal) => shared.note(owner, refusal),
    refusals: (owner) => shared.refusals(owner),
    ready: () => true,
    close: () => shared.close(),
  }
}

/** Two gateways that trust one issuer and count in one Redis. */
async function pair(
  t: TestScope,
  upstream: string,
  limits: object,
): Promise<{ all: TestGateway[]; headers: Credential }> {
  const redis = await startRedis(t)
  const issuer = await createTestIssuer(t, { audience: PUBLIC_URL })
  const options = { upstream, issuer, limits }
  const start = () => startGateway(t, { ...options, limiter: patientLimiter(t, redis.url) })
  const all = [await start(), await start()]
  return { all, headers: { authorization: `Bearer ${await issuer.sign({ scope: 'things:read' })}` } }
}

type Credential = { authorization: string }

t.test(
  'two gateways with one Redis admit exactly 100 of a burst of 400 against a quota of 100',
  async (t) => {
    const upstream = await recordingUpstream(t)
    // The window is long, so that nothing comes back while the burst runs.
    const { all, headers } = await pair(t, upstream.url, limitsOf({ quota: 100, window: 86_400 }))
    const burst = Array.from({ length: 400 }, (_, i) => call(all[i % 2]?.url ?? '', '/things', { headers }))
    const statuses = (await Promise.all(burst)).map(({ status }) => status)
    t.same(
      Object.groupBy(statuses, (status) => status),
      { 200: Array(100).fill(200), 429: Array(300).fill(429) },
    )
    t.equal(upstream.requests.length, 100, 'counted at the service')
  },
)

t.test('what one gateway settles, frees and notes is so on the other', async (t) => {
  let answer = (): void => {}
  const upstream = await recordingUpstream(t, ({ url }, response) => {
    if (url === '/things/1') answer = () => response.writeHead(500).end()
    else response.setHeader('stockgate-cost', '4').end()
  })
  const limits = limitsWith({ burst: { quota: 10, window: 86_400 }, inflight: { concurrent: 1 } })
  const { all, headers } = await pair(t, upstream.url, limits)
  const [one, two] = all as [TestGateway, TestGateway]
  const held = call(one.url, '/things/1', { headers })
  await upstream.next()
  t.match((await call(two.url, '/things/2', { headers })).json, { 'violated-policies': ['inflight'] })
  answer()
  t.equal((await held).status, 500)
  const left = async ({ url }: TestGateway) => {
    const { limits } = (await call(url, '/usage', { headers })).json as { limits: { remaining: number }[] }
    return limits.map(({ remaining }) => remaining).join()
  }
  const comesTo = async (gateway: TestGateway, wanted: string) => {
    // Nothing waits for what is settled and freed: it is on its way when the client has its answer.
    for (let round = 0; round < 200 && (await left(gateway)) !== wanted; round++) await delay(20)
    t.equal(await left(gateway), wanted)
  }
  await comesTo(two, '10,1')
  const after = await call(two.url, '/things/2', { headers })
  t.match(after.headers.ratelimit, /^"burst";r=9;t=\d+, "inflight";r=0$/, 'the failure cost nothing')
  await comesTo(one, '6,1')
  const usage = await call(one.url, '/usage', { headers })
  t.match(usage.json, {
    last_refusals: [{ route: '/things/{id}', violated: ['inflight'], retry_after: 1 }],
  })
  t.match(
    two.log.find(({ settled }) => settled === 4),
    { decided_by: 'redis', settled: 4 },
  )
})

t.test('a client that sends one call after the other never meets its own last one', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => response.end('x'.repeat(100_000)))
  const limits = limitsWith({ inflight: { concurrent: 1 } })
  const { all, headers } = await pair(t, upstream.url, limits)
  const statuses = new Set<number>()
  for (let round = 0; round < 100; round++) {
    const answer = await fetch(`${all[0]?.url}/things`, { headers })
    await answer.arrayBuffer()
    statuses.add(answer.status)
  }
  t.same([...statuses], [200])
})

t.test('Redis going away makes no 5xx where the tier allows; readiness warns', async (t) => {
  const redis = await startRedis(t)
  const upstream = await recordingUpstream(t)
  const limiter = createLimiter({
    redis: await openRedis(redis.url, { required: true }),
    fleet: { place: () => ({ size: 2, rank: 0 }), publish: () => {} },
    log,
  })
  t.teardown(() => limiter.close())
  const limits = {
    ...limitsOf({ quota: 100, window: 86_400 }),
    clients: { careful: 'closed', generous: 'open' },
    tiers: Object.fromEntries(
      ['standard', 'anonymous', 'closed', 'open'].map((name) => {
        const tier = { limits: { burst: { quota: 100, window: 86_400 } } }
        return [name, name === 'closed' || name === 'open' ? { ...tier, onStoreFailure: name } : tier]
      }),
    ),
  }
  const gateway = await startGateway(t, { upstream: upstream.url, limiter, limits })
  const as = async (client_id: string, target = '/things/1') =>
    call(gateway.url, target, { headers: await gateway.auth('', { client_id }) })
  // On a busy machine the first answers of Redis may come too late.
  for (let round = 0; round < 200 && (await as('careful')).status !== 200; round++) await delay(50)
  t.equal(limiter.store().decides, 'redis')
  t.match((await call(gateway.url, '/readyz')).json, { status: 'pass', checks: { rate_limits: 'pass' } })

  await redis.stop()
  const answers = await Promise.all(Array.from({ length: 20 }, () => call(gateway.url, '/open')))
  t.same([...new Set(answers.map(({ status }) => status))], [200])
  await until(() => limiter.store().decides === 'share', 'the limiter noticed')
  const ready = await call(gateway.url, '/readyz')
  t.equal(ready.status, 200)
  t.match(ready.json, { status: 'warn', checks: { rate_limits: 'warn' } })

  const refused = await as('careful')
  t.equal(refused.status, 503, 'our trouble is never a 401 or a 429')
  t.equal(refused.json.type, 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity')
  t.ok(Number(refused.headers['retry-after']) >= 1)
  t.equal(refused.headers['ratelimit-policy'], '"burst";q=100;w=86400')
  t.equal(refused.headers.ratelimit, undefined, 'what is left is not known')
  t.match(gateway.log.at(-1), {
    error: 'GW_LIMITS_AWAY',
    verdict: 'refused',
    decided_by: 'closed',
    limit: null,
  })
  t.equal((await as('careful', '/usage')).status, 503)

  const passed = await as('generous')
  t.equal(passed.status, 200)
  t.equal(passed.headers.ratelimit, undefined)
  t.equal((await as('another')).status, 200)
  t.match(gateway.log.at(-1), { decided_by: 'share' })
})
