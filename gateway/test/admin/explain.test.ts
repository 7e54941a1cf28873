import { manualClock, startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { startOperated } from './operated.ts'

/** What the answer says, as far as a test looks at it. */
interface Told {
  readonly limits: { name: string; count: number; remaining: number; verdict: string }[]
  readonly [member: string]: unknown
}

t.test('an imagined call is told its route, its tier and what is left, and spends nothing', async (t) => {
  const { operate, visits } = await startOperated(t, { clock: manualClock().now })
  const explain = async (body: object) =>
    (await operate('/limits/explain', { method: 'POST', body, scopes: 'ops:read' })).json as unknown as Told
  const call = { method: 'get', path: '/things?page=2', client: 'acme', scopes: ['things:read'] }
  const first = await explain(call)
  t.match(first, {
    route: '/things',
    service: 'shop',
    auth: [{ step: 'credential' }, { step: 'scopes', outcome: 'needs things:read; held' }],
    tier: 'standard',
    rule: 'client "acme" is in tier "standard"',
    owner: 'client:acme',
    cost: 1,
    candidates: [{ candidate: 'tighter', allowed: true, violated: [] }],
    verdict: 'admitted',
    decided_by: 'memory',
    revision: 1,
    spent: false,
  })
  t.same(first.limits, [
    {
      name: 'burst',
      kind: 'rate',
      id: '{client:acme}:standard:burst',
      quota: 3,
      window: 60,
      count: 0,
      remaining: 3,
      reset: 0,
      verdict: 'admits',
    },
  ])
  for (let again = 0; again < 1_000; again++) await explain(call)
  t.same(await explain(call), first, 'a thousand explanations later')
  t.equal(await visits('acme'), 3)
  const full = await explain(call)
  t.match(full, {
    verdict: 'limited',
    violated: ['burst'],
    retry_after: 20,
    limits: [{ count: 3, remaining: 0, verdict: 'refuses' }],
    candidates: [{ candidate: 'tighter', allowed: false, violated: ['burst'] }],
  })
})

t.test('the route is found by the rules of the listener itself', async (t) => {
  const { operate } = await startOperated(t)
  const explain = async (body: object) =>
    (await operate('/limits/explain', { method: 'POST', body: { client: 'acme', ...body } })).json
  const cases: [method: string, path: string, route: string | null, verdict: string][] = [
    ['HEAD', '/things', '/things', 'admitted'],
    ['PUT', '/things/7', '/things/{id}', 'admitted'],
    ['PUT', '/things', null, 'unmatched'],
    ['GET', '/nothing', null, 'unmatched'],
    ['GET', '/things/', null, 'unmatched'],
    ['GET', '/things/../open', null, 'refused'],
    ['GET', '/usage', '/usage', 'admitted'],
  ]
  for (const [method, path, route, verdict] of cases)
    t.match(await explain({ method, path }), { route, verdict }, `${method} ${path}`)
  t.match(await explain({ method: 'GET', path: '/usage' }), { tier: null, limits: [], decided_by: null })
})

t.test('who may not call is told by which step', async (t) => {
  const { operate } = await startOperated(t)
  const explain = async (body: object) =>
    (await operate('/limits/explain', { method: 'POST', body: { method: 'GET', ...body } })).json
  t.match(await explain({ path: '/things' }), {
    verdict: 'unauthenticated',
    tier: null,
    auth: [{ step: 'credential', outcome: /401/ }],
  })
  t.match(await explain({ path: '/things', client: 'acme', scopes: ['other'] }), {
    verdict: 'forbidden',
    tier: 'standard',
    auth: [{}, { step: 'scopes', outcome: 'needs things:read; not held: 403' }],
  })
  t.match(await explain({ path: '/things', client: 'acme' }), { auth: [{}, { outcome: /not judged/ }] })
  t.match(await explain({ path: '/open', client: 'acme', address: '2001:db8::1' }), {
    verdict: 'admitted',
    tier: 'anonymous',
    owner: /^address:2001:db8/,
    auth: [{ outcome: /none is needed/ }],
  })
})

t.test('what is no call is refused with the place at fault', async (t) => {
  const { operate } = await startOperated(t)
  const faults: [body: object, ...pointers: string[]][] = [
    [{}, '#/method', '#/path'],
    [{ method: 'GET', path: 'things' }, '#/path'],
    [{ method: 'G T', path: '/things' }, '#/method'],
    [{ method: 'GET', path: '/open' }, '#/address'],
    [{ method: 'GET', path: '/open', address: 'here' }, '#/address'],
    [{ method: 'GET', path: '/things', scopes: ['a'] }, '#/scopes'],
    [{ request_id: 'x', method: 'GET' }, '#/method'],
    [{ method: 'GET', path: '/things', client: 'a', claims: { tenant: 1 } }, '#/claims/tenant'],
    [{ method: 'GET', path: '/things', cost: 1 }, '#/cost'],
  ]
  for (const [body, ...pointers] of faults) {
    const answer = await operate('/limits/explain', { method: 'POST', body })
    t.equal(answer.status, 400, JSON.stringify(body))
    t.same(
      (answer.json.errors as { pointer: string }[]).map(({ pointer }) => pointer),
      pointers,
      JSON.stringify(body),
    )
  }
  t.equal((await operate('/limits/explain', { method: 'POST', body: {}, scopes: null })).status, 401)
})

t.test('a call that was made is told as it was decided, also under a later revision', async (t) => {
  const { operate, visit, visits, id } = await startOperated(t)
  await visits('acme')
  const refused = await visit('acme')
  const until = new Date(Date.now() + 3_600_000).toISOString()
  const more = { client: 'acme', tier: 'partner', until, reason: 'more room' }
  t.equal((await operate('/limits/overrides', { method: 'POST', body: more })).status, 201)
  const answer = await operate('/limits/explain', {
    method: 'POST',
    body: { request_id: refused.headers['x-request-id'] },
  })
  t.equal(answer.status, 200)
  t.match(answer.json, {
    request_id: refused.headers['x-request-id'],
    gateway: id,
    method: 'GET',
    route: '/things',
    client: 'acme',
    tier: 'standard',
    limits: [{ name: 'burst', quota: 3, count: 3, remaining: 0, verdict: 'refuses' }],
    auth: [{ outcome: 'an access token of "acme"' }, { outcome: /limits come first/ }],
    verdict: 'limited',
    violated: ['burst'],
    status: 429,
    error: 'GW_QUOTA',
    revision: 1,
    spent: false,
  })
})

t.test('a call that another gateway has answered is found there', async (t) => {
  const redis = await startRedis(t)
  const here = await startOperated(t, { redisUrl: redis.url })
  const there = await startOperated(t, { redisUrl: redis.url })
  const made = await there.visit('acme')
  const request_id = made.headers['x-request-id'] as string
  const find = async (id: string) =>
    await here.operate('/limits/explain', { method: 'POST', body: { request_id: id } })
  const found = await find(request_id)
  t.equal(found.status, 200)
  t.match(found.json, { request_id, gateway: there.id, client: 'acme', verdict: 'admitted', status: 200 })
  t.equal(typeof found.json.at, 'string')
  const unknown = await find('gone')
  t.equal(unknown.status, 404)
  t.match(unknown.json.detail, /^None of 2 gateways knows a request "gone"/)
})

t.test('a request that nobody remembers is 404 and says how long requests are kept', async (t) => {
  const { operate } = await startOperated(t)
  const answer = await operate('/limits/explain', { method: 'POST', body: { request_id: 'gone' } })
  t.equal(answer.status, 404)
  t.match(answer.json.detail, /knows no request "gone"\. Each keeps the newest 10000/)
})
