import { setTimeout as delay } from 'node:timers/promises'
import { manualClock, startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { until } from '../kit/gateway.ts'
import { LIMITS, type OperatedGateway, startOperated } from './operated.ts'

const TIGHTER = LIMITS.candidates.tighter
/** The candidate lets one call through in a minute, so of four calls of a client three are refused. */
const withGuardrail = (guardrail: object) => ({
  ...LIMITS,
  candidates: { tighter: { ...TIGHTER, guardrail } },
})

const rollOut = async ({ operate }: OperatedGateway, percent: number) =>
  await operate('/limits/candidates/tighter/rollout', {
    method: 'POST',
    body: { percent, reason: 'try it' },
  })

const scoreOf = async ({ operate }: OperatedGateway) => {
  const { items } = (await operate('/limits/candidates', { scopes: 'ops:read' })).json
  return (items as object[])[0]
}

t.test('a candidate is scored on the very calls the limits in force decide, and refuses none', async (t) => {
  const gateway = await startOperated(t, { clock: manualClock().now })
  t.match(await scoreOf(gateway), {
    name: 'tighter',
    tier: 'standard',
    percent: 0,
    guardrail: null,
    calls: 0,
  })
  t.equal(await gateway.visits('acme'), 3)
  await gateway.visit('other')
  await gateway.visit('big')
  t.same(await scoreOf(gateway), {
    name: 'tighter',
    tier: 'standard',
    percent: 0,
    guardrail: null,
    calls: 5,
    would_refuse: 3,
    refused_by: { burst: 3 },
    clients: [
      { client: 'acme', calls: 4, would_refuse: 3, live_refused: 1 },
      { client: 'other', calls: 1, would_refuse: 0, live_refused: 0 },
    ],
  })
})

t.test('a candidate whose limits are changed is scored from nothing', async (t) => {
  const gateway = await startOperated(t)
  await gateway.visits('acme')
  const apply = async (document: object) =>
    await gateway.operate('/limits', {
      method: 'PUT',
      headers: { 'if-match': '*' },
      body: { document, reason: 'less tight' },
    })
  await apply({ ...LIMITS, clients: { acme: 'standard' } })
  t.match(await scoreOf(gateway), { calls: 4 }, 'a change elsewhere leaves the score alone')
  const tighter = { ...TIGHTER, limits: { burst: { quota: 2, window: 60 } } }
  t.equal((await apply({ ...LIMITS, candidates: { tighter } })).status, 200)
  t.match(await scoreOf(gateway), { calls: 0, would_refuse: 0, refused_by: {}, clients: [] })
})

t.test('a rollout by percent puts just its clients under the candidate, for good', async (t) => {
  const clock = manualClock()
  const gateway = await startOperated(t, { clock: clock.now })
  const clients = Array.from({ length: 20 }, (_, number) => `client-${number}`)
  const underCandidate = async () => {
    const under: string[] = []
    for (const client of clients) if ((await gateway.visits(client)) === 1) under.push(client)
    clock.advance(60_000)
    return under
  }
  t.same(await underCandidate(), [])
  await rollOut(gateway, 30)
  const some = await underCandidate()
  t.ok(some.length > 0 && some.length < 15, `${some.length} of 20`)
  t.same(await underCandidate(), some)
  await rollOut(gateway, 60)
  const more = await underCandidate()
  t.ok(more.length > some.length && more.length < 20, `${more.length} of 20`)
  t.same(
    some.filter((client) => !more.includes(client)),
    [],
    'who was in stays in',
  )
})

t.test(
  'a guardrail takes a rollout back the moment too much is refused, and the history says why',
  async (t) => {
    const clock = manualClock()
    const limits = withGuardrail({ protect: ['acme'], maxRefused: 0.5, minCalls: 5 })
    const gateway = await startOperated(t, { clock: clock.now, limits })
    await rollOut(gateway, 100)
    for (let call = 0; call < 10; call++) await gateway.visit('nobody-protected')
    for (let call = 0; call < 4; call++) await gateway.visit('acme')
    t.equal(gateway.revisions.current().revision, 2, 'three of four are refused, but four calls are too few')
    const last = await gateway.visit('acme')
    t.equal(last.status, 429)
    await until(() => gateway.revisions.inForce() === 3, 'the rollout was taken back')
    const revision = (await gateway.operate('/limits/revisions/3')).json
    t.match(revision, { kind: 'guardrail', author: 'guardrail', changes: [/tighter/] })
    t.equal(
      revision.reason,
      'candidate tighter at 100 % refused 4 of 5 calls of protected clients (80 %), more than 50 %, since revision 2 on gw_here',
    )
    clock.advance(60_000)
    t.equal(await gateway.visits('acme'), 3, 'the limits are what they were')
    t.match(await scoreOf(gateway), { percent: 0, guardrail: { protect: ['acme'], max_refused: 0.5 } })
    t.match(
      gateway.log.filter(({ msg }) => msg === 'a guardrail took a rollout back'),
      [{ audit: true, actor: 'guardrail', target: 'tighter', calls: 5, refused: 4, since: 2, revision: 3 }],
    )
  },
)

t.test('a rollout begun again is judged by its own calls alone', async (t) => {
  const limits = withGuardrail({ maxRefused: 0.5, minCalls: 5 })
  const gateway = await startOperated(t, { clock: manualClock().now, limits })
  await rollOut(gateway, 100)
  for (let call = 0; call < 4; call++) await gateway.visit('acme')
  await rollOut(gateway, 0)
  await rollOut(gateway, 100)
  for (let call = 0; call < 4; call++) await gateway.visit('acme')
  t.equal(gateway.revisions.current().revision, 4)
  await gateway.visit('acme')
  await until(() => gateway.revisions.inForce() === 5, 'the second rollout was taken back')
  t.match(gateway.revisions.current().reason, '5 of 5 calls of its clients (100 %)')
})

t.test('of two gateways that judge at once one takes the rollout back, once', async (t) => {
  const redis = await startRedis(t)
  const limits = withGuardrail({ maxRefused: 0, minCalls: 3 })
  const here = await startOperated(t, { redisUrl: redis.url, limits })
  const there = await startOperated(t, { redisUrl: redis.url, limits })
  await here.operate('/limits/candidates/tighter/rollout?wait=20', {
    method: 'POST',
    body: { percent: 100, reason: 'try it' },
  })
  for (let call = 0; call < 2; call++) await Promise.all([here.visit('acme'), there.visit('acme')])
  await Promise.all([here.visit('acme'), there.visit('acme')])
  for (const { revisions } of [here, there])
    await until(() => revisions.inForce() === 3, 'the rollout was taken back')
  // Both have tried by now; what comes of the later one is known when the journal takes another change.
  await rollOut(here, 1)
  t.same(
    here.revisions.history().map(({ kind }) => kind),
    ['initial', 'rollout', 'guardrail', 'rollout'],
  )
  const told = [...here.log, ...there.log].filter(({ msg }) => msg === 'a guardrail took a rollout back')
  t.equal(told.length, 1)
})

t.test('what other gateways counted is in the score within moments', async (t) => {
  const redis = await startRedis(t)
  const here = await startOperated(t, { redisUrl: redis.url })
  const there = await startOperated(t, { redisUrl: redis.url })
  await here.visits('acme')
  await there.visits('acme')
  let score = await scoreOf(here)
  for (let look = 0; look < 500 && (score as { calls: number }).calls < 8; look++) {
    await delay(20)
    score = await scoreOf(here)
  }
  t.match(score, {
    would_refuse: 6,
    clients: [{ client: 'acme', calls: 8, would_refuse: 6, live_refused: 2 }],
  })
})
