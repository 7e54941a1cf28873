import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { until } from '../kit/until.ts'
import { startOperated, withQuota } from './operated.ts'

const put = (quota: number) => ({
  method: 'PUT',
  headers: { 'if-match': '*' },
  body: { document: withQuota(quota), reason: 'more room' },
})

t.test('a change that waits is answered when every live gateway decides by it', async (t) => {
  const redis = await startRedis(t)
  const here = await startOperated(t, { redisUrl: redis.url })
  const there = await startOperated(t, { redisUrl: redis.url })
  const answer = await here.operate('/limits?wait=20', put(5))
  t.equal(answer.status, 200)
  t.same(
    answer.json.live,
    [here.id, there.id].sort().map((gateway) => ({ gateway, revision: 2 })),
  )
  t.same(answer.json.waiting_for, [])
  t.equal((await there.operate('/limits')).json.revision, 2)
  t.equal(await there.visits('acme'), 5)
  // What the others have is told by their heartbeats, the last of which may be from before.
  const list = async () => (await there.operate('/gateways')).json as { items: { revision: number }[] }
  await until(
    async () => (await list()).items.every(({ revision }) => revision === 2),
    'each says that it has it',
  )
  t.match(await list(), {
    revision: 2,
    items: [here.id, there.id].sort().map((id) => ({ id, self: id === there.id, revision: 2 })),
  })
})

t.test('one that does not wait says whom it would have waited for', async (t) => {
  const redis = await startRedis(t)
  const here = await startOperated(t, { redisUrl: redis.url })
  const there = await startOperated(t, { redisUrl: redis.url })
  const { live, waiting_for } = (await here.operate('/limits', put(5))).json as {
    live: { gateway: string }[]
    waiting_for: string[]
  }
  t.same([...live.map(({ gateway }) => gateway), ...waiting_for].sort(), [here.id, there.id].sort())
  t.ok(live.some(({ gateway }) => gateway === here.id))
})

t.test('who has read a revision that did not arrive here yet is waited for, not refused', async (t) => {
  const redis = await startRedis(t)
  const here = await startOperated(t, { redisUrl: redis.url })
  const there = await startOperated(t, { redisUrl: redis.url })
  const on = (revision: number) => ({ ...put(10 + revision), headers: { 'if-match': `"${revision}"` } })
  const early = there.operate('/limits', on(2))
  t.equal((await here.operate('/limits', on(1))).json.revision, 2)
  t.equal((await early).json.revision, 3)
  const never = await there.operate('/limits', on(99))
  t.match([never.status, never.json.current_revision], [412, 3])
})

t.test('while the shared store is gone nothing is changed, and everything can be read', async (t) => {
  const redis = await startRedis(t)
  const { operate, visits, revisions, log } = await startOperated(t, { redisUrl: redis.url })
  await redis.stop()
  const writes: [target: string, body: object][] = [
    [
      '/limits/overrides',
      {
        client: 'a',
        tier: 'partner',
        until: '2099-01-01T00:00:00Z',
        from: '2098-12-31T00:00:00Z',
        reason: 'x',
      },
    ],
    ['/limits/candidates/tighter/rollout', { percent: 5, reason: 'x' }],
  ]
  const refused = await operate('/limits', put(5))
  t.equal(refused.status, 503)
  t.equal(refused.headers['retry-after'], '2')
  t.match(refused.json.detail, /What is in force stays/)
  t.notMatch(refused.text, /ECONN|127\.0\.0\.1|ioredis/)
  for (const [target, body] of writes)
    t.equal(
      (await operate(target, { method: 'POST', headers: { 'if-match': '*' }, body })).status,
      503,
      target,
    )
  for (const target of ['/limits', '/policy', '/limits/revisions', '/limits/overrides', '/gateways'])
    t.equal((await operate(target)).status, 200, target)
  t.equal(revisions.history().length, 1)
  t.equal(await visits('acme'), 3)
  const audit = log.filter((line) => line.audit)
  t.ok(
    audit.every(
      ({ outcome, status, error }) => `${outcome} ${status} ${error}` === 'refused 503 GW_NO_JOURNAL',
    ),
  )
  t.equal(audit.length, 1 + writes.length)
})
