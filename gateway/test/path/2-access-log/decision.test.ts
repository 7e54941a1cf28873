import { manualClock, recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { limitsOf, limitsWith, policyOf, SHOP, startGateway } from '../../kit/gateway.ts'

t.test('the line of a decided request holds what it takes to decide it again', async (t) => {
  const upstream = await recordingUpstream(t)
  const clock = manualClock('2026-11-22T12:00:00Z')
  const limits = limitsOf({ quota: 1, window: 60 })
  const gateway = await startGateway(t, { upstream: upstream.url, limits, clock: clock.now })
  const headers = await gateway.auth('', { client_id: 'demo', sub: '42' })
  await call(gateway.url, '/things/7', { headers })
  const common = {
    client: 'demo',
    sub: '42',
    owner: 'client:demo',
    address: '127.0.0.1',
    tier: 'standard',
    route: '/things/{id}',
    service: 'shop',
    cost: 1,
    decided_by: 'memory',
    decided_at: clock.now(),
    revision: 1,
  }
  t.match(await gateway.line(), { ...common, verdict: 'admitted', limit: null })
  await call(gateway.url, '/things/7', { headers })
  t.match(await gateway.line(2), { ...common, verdict: 'limited', limit: 'burst' })
  t.notOk('settled' in (gateway.log[0] ?? {}), 'only where it is not the cost')
  t.notOk('key_id' in (gateway.log[0] ?? {}), 'only where a key was used')
})

t.test('what was not decided claims no decision', async (t) => {
  const gateway = await startGateway(t)
  const targets: [target: string, status: number][] = [
    ['/livez', 200],
    ['/things', 401],
    ['/nothing', 404],
    ['/a//b', 400],
  ]
  for (const [index, [target, status]] of targets.entries()) {
    t.equal((await call(gateway.url, target)).status, status)
    const line = await gateway.line(index + 1)
    t.match(line, { tier: null, limit: null, revision: 1 })
    for (const field of ['owner', 'cost', 'settled', 'decided_by', 'decided_at'])
      t.notOk(field in line, `${target} ${field}`)
  }
})

t.test('the revision is the one the request began with', async (t) => {
  let during = (): void => {}
  const upstream = await recordingUpstream(t, (_request, response) => {
    during()
    response.end()
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  during = () => gateway.policy.swap(policyOf(limitsOf({ quota: 7, window: 1 }), [SHOP], 2))
  await call(gateway.url, '/open')
  t.equal((await gateway.line()).revision, 1)
  await call(gateway.url, '/open')
  t.equal((await gateway.line(2)).revision, 2)
})

t.test('a request can be looked up by its id once it has ended', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => response.writeHead(404).end())
  const clock = manualClock('2026-11-22T12:00:00Z')
  const limits = limitsWith({ burst: { quota: 3, window: 60 } })
  const gateway = await startGateway(t, { upstream: upstream.url, limits, clock: clock.now })
  const headers = await gateway.auth('', { client_id: 'demo', sub: '42' })
  const admitted = await call(gateway.url, '/things/7', { headers })
  const forbidden = await call(gateway.url, '/things', { headers })
  const unknown = await call(gateway.url, '/things')
  await gateway.line(3)
  const find = ({ headers }: typeof admitted) => gateway.records.find(String(headers['x-request-id']))
  t.match(find(admitted), {
    at: clock.now(),
    method: 'GET',
    route: '/things/{id}',
    service: 'shop',
    auth: 'bearer',
    clientId: 'demo',
    sub: '42',
    keyId: null,
    address: '127.0.0.1',
    verdict: 'admitted',
    status: 404,
    error: null,
    settled: 1,
    revision: 1,
    plan: { tier: 'standard', owner: 'client:demo' },
    decision: { allowed: true, decidedBy: 'memory', limits: [{ name: 'burst', remaining: 2 }] },
  })
  t.match(find(forbidden), {
    verdict: 'forbidden',
    status: 403,
    error: 'GW_SCOPE',
    decision: { allowed: true },
  })
  t.match(find(unknown), { verdict: 'unauthenticated', error: 'GW_NO_TOKEN', clientId: null, decision: null })
  t.equal(gateway.records.find('0'.repeat(32)), undefined)
})

t.test('whoever listens is told of each decision, whatever becomes of the request', async (t) => {
  const upstream = await recordingUpstream(t)
  const clock = manualClock('2026-11-22T12:00:00Z')
  const told: unknown[] = []
  const gateway = await startGateway(t, {
    upstream: upstream.url,
    limits: limitsOf({ quota: 1, window: 60 }),
    clock: clock.now,
    onDecision: ({ tier }, { allowed }, clientId, now) => told.push([tier, allowed, clientId, now]),
  })
  const headers = await gateway.auth('', { client_id: 'demo' })
  for (const target of ['/things/7', '/things/7', '/livez']) await call(gateway.url, target, { headers })
  await call(gateway.url, '/open')
  t.same(told, [
    ['standard', true, 'demo', clock.now()],
    ['standard', false, 'demo', clock.now()],
    ['anonymous', true, null, clock.now()],
  ])
})
