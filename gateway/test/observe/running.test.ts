import { setTimeout as delay } from 'node:timers/promises'
import { createTestIssuer, recordingUpstream, startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { operatorCalls } from '../admin/http/listener.ts'
import { call } from '../kit/call.ts'
import { limitsOf, PUBLIC_URL } from '../kit/gateway.ts'
import { folderOf, runGateway, standAlone } from '../kit/process.ts'
import { readExposition } from './exposition.ts'

const LIMITS = {
  ...limitsOf({ quota: 5, window: 3_600 }),
  candidates: {
    tighter: {
      tier: 'standard',
      limits: { burst: { quota: 1, window: 3_600 } },
      guardrail: { maxRefused: 0.5, minCalls: 4 },
    },
  },
}

t.test('gateways as they run tell of themselves, of each other, and of a Redis that is gone', async (t) => {
  const redis = await startRedis(t)
  const issuer = await createTestIssuer(t, { audience: PUBLIC_URL })
  const upstream = await recordingUpstream(t)
  const limits = folderOf(t, { 'limits.json': LIMITS })
  const running = [1, 2].map(() =>
    runGateway(t, {
      ...standAlone(t, issuer, upstream.url),
      PUBLIC_URL,
      LIMITS: `${limits}/limits.json`,
      REDIS_URL: redis.url,
    }),
  )
  const gateways = await Promise.all(running.map((one) => one.ready()))
  const [here, there] = gateways.map(({ url, admin }) => ({
    url,
    admin,
    operate: operatorCalls(admin, issuer),
    visit: async (client: string) => {
      const token = await issuer.sign({ scope: 'things:read', client_id: client, sub: client })
      return await call(url, '/things', { headers: { authorization: `Bearer ${token}` } })
    },
    metric: async (name: string, labels: Record<string, string> = {}) => {
      const found = readExposition((await call(admin, '/metrics')).text).filter(
        (one) => one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text),
      )
      return found[0]?.value
    },
  })) as [Running, Running]
  await eventually(t, 'both gateways are known', async () => (await here.metric('stockgate_gateways')) === 2)

  for (const { visit } of [here, there, here, there]) t.equal((await visit('acme')).status, 200)
  t.equal(await here.metric('stockgate_store_decides', { counters: 'redis' }), 1)
  t.equal(await here.metric('stockgate_limit_calls_total', { tier: 'standard', limit: 'burst' }), 2)
  const explain = async (one: Running) =>
    (
      await one.operate('/limits/explain', {
        method: 'POST',
        body: { method: 'GET', path: '/things', client: 'acme' },
      })
    ).json
  for (const one of [here, there])
    t.match(await explain(one), {
      limits: [{ id: '{client:acme}:standard:burst', count: 4, remaining: 1 }],
      candidates: [{ candidate: 'tighter', allowed: false }],
      decided_by: 'redis',
    })
  await eventually(t, 'the score of both', async () => {
    const { items } = (await there.operate('/limits/candidates')).json as { items: { calls: number }[] }
    return items[0]?.calls === 4
  })

  const rolled = await here.operate('/limits/candidates/tighter/rollout?wait=10', {
    method: 'POST',
    body: { percent: 100, reason: 'try it' },
  })
  t.match(rolled.json, { revision: 2, waiting_for: [] })
  for (let number = 0; number < 4; number++) t.equal((await there.visit('acme')).status, 429)
  await eventually(t, 'the guardrail took it back', async () => (await here.visit('acme')).status === 200)
  t.match((await here.operate('/limits/revisions/3')).json, { kind: 'guardrail', author: 'guardrail' })
  t.equal(await there.metric('stockgate_guardrail_reverts_total', { candidate: 'tighter' }), 1)

  await redis.stop()
  await eventually(t, 'the share decides', async () => {
    await here.visit('acme')
    return (await here.metric('stockgate_store_decides', { counters: 'share' })) === 1
  })
  t.equal(await here.metric('stockgate_store_outages_total'), 1)
  t.match(await explain(here), { decided_by: 'share', tier: 'standard' })
  t.match((await here.operate('/limits/top')).json, { clients: [{ client: 'acme', tier: 'standard' }] })
})

interface Running {
  readonly url: string
  readonly admin: string
  readonly operate: ReturnType<typeof operatorCalls>
  visit(client: string): ReturnType<typeof call>
  metric(name: string, labels?: Record<string, string>): Promise<number | undefined>
}

/** Looks again and again, for twenty seconds at most. */
async function eventually(
  t: { fail(message: string): unknown },
  what: string,
  holds: () => Promise<boolean>,
): Promise<void> {
  for (let look = 0; look < 400; look++) {
    if (await holds()) return
    await delay(50)
  }
  t.fail(`did not happen: ${what}`)
}
