import t from 'tap'
import { answersIn, exchange } from '../kit/call.ts'
import { LIMITS, startOperated } from './operated.ts'
import { ROUTES } from './routes.ts'

t.test('the description names every route with its scope, and every such route is tried here', async (t) => {
  const { operate } = await startOperated(t)
  const { paths } = (await operate('/openapi.json', { scopes: null })).json as {
    paths: Record<string, Record<string, { security: object[] }>>
  }
  const described = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { security }]) => [method.toUpperCase(), path, security]),
  )
  const tried = ROUTES.map(([method, target, scope]) => [
    method,
    target
      .replace('/revisions/1', '/revisions/{revision}')
      .replace(/\/(ovr|key)_1/, '/{id}')
      .replace('/tighter/', '/{name}/'),
    [{ bearer: [scope] }],
  ])
  t.same(described.map(String).sort(), tried.map(String).sort())
  t.same(described.sort(), tried.sort())
})

t.test(
  'every route asks for a token and for its scope, and takes no unknown member or parameter',
  async (t) => {
    const { operate, revisions } = await startOperated(t)
    for (const [method, target, scope, body] of ROUTES) {
      const what = `${method} ${target}`
      const headers = { 'if-match': '*' }
      const send = { method, headers, ...(body && { body }) }
      t.equal((await operate(target, { ...send, scopes: null })).status, 401, what)
      const other = scope === 'ops:read' ? 'ops:write' : 'ops:read'
      const forbidden = await operate(target, { ...send, scopes: other })
      t.equal(forbidden.status, 403, what)
      t.match(forbidden.headers['www-authenticate'], `scope="${scope}"`, what)
      const query = await operate(`${target}?surprise=1`, { ...send, scopes: scope })
      t.match([query.status, query.json.errors], [400, [{ pointer: '?surprise' }]], what)
      if (body === undefined) continue
      const extra = await operate(target, { ...send, scopes: scope, body: { ...body, surprise: 1 } })
      t.match(
        [extra.status, extra.json.errors],
        [400, [{ pointer: '#/surprise', code: 'unknown-key' }]],
        what,
      )
      const list = await operate(target, { ...send, scopes: scope, body: [body] })
      t.equal(list.status, 400, what)
    }
    t.equal(revisions.history().length, 1, 'none of it changed anything')
  },
)

t.test('health and the description are open, and nothing else is', async (t) => {
  const { operate } = await startOperated(t)
  for (const target of ['/livez', '/readyz', '/openapi.json']) {
    const answer = await operate(target, { scopes: null })
    t.equal(answer.status, 200, target)
    t.equal(answer.headers['cache-control'], 'no-store', target)
  }
  t.same((await operate('/readyz', { scopes: null })).json.status, 'pass')
})

t.test('/policy tells what this gateway decides by, defaults filled in', async (t) => {
  const { operate } = await startOperated(t)
  const { json } = await operate('/policy', { scopes: 'ops:read' })
  t.match(json, {
    revision: 1,
    hash: /^[0-9a-f]{16}$/,
    tiers: [
      {
        name: 'standard',
        per: 'client',
        limits: [{ name: 'burst', kind: 'rate', quota: 3, window: 60, per: null }],
        schedules: [],
        on_store_failure: 'share',
        legacy_headers: false,
      },
      { name: 'partner' },
      { name: 'anonymous', per: 'address' },
    ],
    clients: { acme: 'standard', big: 'partner' },
    default_tier: 'standard',
    anonymous_tier: 'anonymous',
    overrides: [],
    candidates: [{ name: 'tighter', tier: 'standard', rollout_percent: 0, guardrail: null }],
    refused: [],
  })
  t.match((json.routes as object[])[0], {
    service: 'shop',
    path: '/things',
    methods: ['GET', 'HEAD', 'POST'],
    auth: 'bearer',
    scopes: ['things:read'],
    cost: 1,
    limits: [],
    deadline_ms: 5000,
  })
})

t.test('/gateways tells which gateways live and what each decides by', async (t) => {
  const { operate } = await startOperated(t)
  t.match((await operate('/gateways', { scopes: 'ops:read' })).json, {
    revision: 1,
    items: [{ id: 'gw_here', self: true, seen_ms: 0, revision: 1, store: null }],
  })
})

t.test('no token and no document stands in the log', async (t) => {
  const { operate, log } = await startOperated(t)
  await operate('/limits', {
    method: 'PUT',
    headers: { 'if-match': '"1"' },
    body: { document: { ...LIMITS, clients: { 'very-private-client': 'partner' } }, reason: 'known to all' },
  })
  const text = JSON.stringify(log)
  t.match(text, 'known to all')
  t.notMatch(text, /very-private-client|Bearer|eyJ/)
})

t.test('what is no HTTP at all is answered as a problem', async (t) => {
  const { adminUrl } = await startOperated(t)
  const [answer] = answersIn(await exchange(Number(new URL(adminUrl).port), 'HELLO\r\n\r\n'))
  t.equal(answer?.status, 400)
  t.equal(answer?.headers['content-type'], 'application/problem+json')
  t.equal(answer?.json.type, 'https://api.test/problems/malformed-request')
  t.equal(answer?.headers['x-request-id'], answer?.json.trace_id)
})
