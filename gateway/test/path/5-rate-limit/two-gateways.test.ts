import { createTestIssuer, recordingUpstream, startRedis } from '@stockgate/test-kit'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import t from 'tap'
import { createLimiter, type Limiter } from '../../../src/limiter/index.ts'
import { RedisLimiter } from '../../../src/limiter/redis-limiter.ts'
import { call } from '../../kit/call.ts'
import { limitsOf, PUBLIC_URL, startGateway, until } from '../../kit/gateway.ts'

const log = pino({ level: 'silent' })

/** The shared counters alone: on a busy machine a gateway would soon decide by itself, which is another test. */
function patientLimiter(url: string): Limiter {
  const shared = new RedisLimiter({ redis: new Redis(url), answerWithinMs: 30_000 })
  return {
    decide: (key, specs, cost) => shared.decide(key, specs, cost),
    ready: () => true,
    close: () => shared.close(),
  }
}

t.test(
  'two gateways with one Redis admit exactly 100 of a burst of 400 against a quota of 100',
  async (t) => {
    const redis = await startRedis(t)
    const upstream = await recordingUpstream(t)
    const issuer = await createTestIssuer(t, { audience: PUBLIC_URL })
    // The window is long, so that nothing comes back while the burst runs.
    const limits = limitsOf({ quota: 100, window: 86_400 })
    const gateways = await Promise.all(
      [1, 2].map(async () => {
        const limiter = patientLimiter(redis.url)
        t.teardown(() => limiter.close())
        return startGateway(t, { upstream: upstream.url, issuer, limits, limiter })
      }),
    )
    const headers = { authorization: `Bearer ${await issuer.sign({ scope: 'things:read' })}` }
    const burst = Array.from({ length: 400 }, (_, i) =>
      call(gateways[i % 2]?.url ?? '', '/things', { headers }),
    )
    const statuses = (await Promise.all(burst)).map(({ status }) => status)
    t.same(
      Object.groupBy(statuses, (status) => status),
      { 200: Array(100).fill(200), 429: Array(300).fill(429) },
    )
    t.equal(upstream.requests.length, 100, 'counted at the service')
  },
)

t.test('Redis going away makes no 5xx; readiness warns', async (t) => {
  const redis = await startRedis(t)
  const upstream = await recordingUpstream(t)
  const limiter = await createLimiter({ redisUrl: redis.url, log })
  t.teardown(() => limiter.close())
  const gateway = await startGateway(t, { upstream: upstream.url, limiter })
  t.match((await call(gateway.url, '/readyz')).json, { status: 'pass', checks: { rate_limits: 'pass' } })
  await redis.stop()
  const answers = await Promise.all(Array.from({ length: 20 }, () => call(gateway.url, '/open')))
  t.same([...new Set(answers.map(({ status }) => status))], [200])
  await until(() => 'side' in limiter && limiter.side === 'local', 'the limiter noticed')
  const ready = await call(gateway.url, '/readyz')
  t.equal(ready.status, 200)
  t.match(ready.json, { status: 'warn', checks: { rate_limits: 'warn' } })
})
