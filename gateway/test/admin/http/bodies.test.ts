import t from 'tap'
import Type from 'typebox'
import type { AdminApp } from '../../../src/admin/http/listener.ts'
import { closed, LimitsJson, Reason } from '../../../src/admin/http/schemas.ts'
import { startListener } from './listener.ts'

const Query = closed({
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 50 })),
  all: Type.Optional(Type.Boolean()),
})
const Body = closed({ document: LimitsJson, reason: Reason, percent: Type.Optional(Type.Integer()) })

const routes = (app: AdminApp) => {
  app.post(
    '/echo',
    { config: { access: 'ops:write', action: 'test.write' }, schema: { querystring: Query, body: Body } },
    async (request) => ({
      query: request.query,
      body: request.body,
    }),
  )
  app.get(
    '/plain/:n',
    { config: { access: 'ops:read' }, schema: { params: Type.Object({ n: Type.Integer() }) } },
    async (request) => request.params,
  )
  app.get('/broken', { config: { access: 'ops:read' } }, async () => {
    throw new Error('a secret of ours')
  })
}

const good = { document: { tiers: {} }, reason: 'stock take' }

t.test('a good body arrives as it was sent, numbers and flags of the query as what they are', async (t) => {
  const { call } = await startListener(t, routes)
  const body = { ...good, document: { clients: { constructor: 'x', prototype: 'standard' } } }
  const answer = await call('/echo?limit=5&all=true', { method: 'POST', body })
  t.equal(answer.status, 200)
  t.equal(answer.text, JSON.stringify({ query: { limit: 5, all: true }, body }))
  t.equal(answer.headers['cache-control'], 'no-store')
  t.match(answer.headers['x-request-id'], /^[0-9a-f]{32}$/)
})

t.test('each fault of a body is told with its place, and nothing is coerced', async (t) => {
  const { call } = await startListener(t, routes)
  const faults: [body: unknown, pointer: string, code: string][] = [
    [{ ...good, extra: 1 }, '#/extra', 'unknown-key'],
    [{ ...good, 'a/b~\n': 1 }, '#/a~1b~0%0A', 'unknown-key'],
    [{ reason: 'x' }, '#/document', 'missing-key'],
    [{ ...good, document: '{}' }, '#/document', 'wrong-type'],
    [{ ...good, document: [] }, '#/document', 'wrong-type'],
    [{ ...good, document: null }, '#/document', 'wrong-type'],
    [{ ...good, percent: '5' }, '#/percent', 'wrong-type'],
    [{ ...good, percent: true }, '#/percent', 'wrong-type'],
    [{ ...good, percent: 1.5 }, '#/percent', 'wrong-type'],
    [{ ...good, reason: '' }, '#/reason', 'not-allowed'],
    [{ ...good, reason: ' \t' }, '#/reason', 'not-allowed'],
    [{ ...good, reason: 'two\nlines' }, '#/reason', 'not-allowed'],
    [{ ...good, reason: 'x'.repeat(301) }, '#/reason', 'not-allowed'],
    [[good], '#', 'wrong-type'],
    ['null', '#', 'wrong-type'],
  ]
  for (const [body, pointer, code] of faults) {
    const answer = await call('/echo', { method: 'POST', body })
    t.equal(answer.status, 400, answer.text)
    t.equal(answer.json.type, 'https://api.test/problems/validation-error')
    t.match(answer.json.errors, [{ pointer, code }], answer.text)
  }
})

t.test('what is no JSON text of ours is refused before it is looked into', async (t) => {
  const { call } = await startListener(t, routes)
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const bad: [body: string | Buffer, problem: string][] = [
    ['{', 'malformed-json'],
    ['{"a":1}}', 'malformed-json'],
    ['{"a":NaN}', 'malformed-json'],
    [Buffer.from([0x22, 0xff, 0x22]), 'malformed-json'],
    [deep(33), 'malformed-json'],
    [deep(400_000), 'malformed-json'],
    ['['.repeat(1_000_000), 'malformed-json'],
    ['{"reason":"a","reason":"b","document":{}}', 'validation-error'],
    ['{"reason":"a","document":{"x":"\\u0000"}}', 'validation-error'],
    ['{"reason":"a","document":{"\\ud800":1}}', 'validation-error'],
    ['{"reason":"a","document":{"quota":1e999}}', 'validation-error'],
    ['{"reason":"a","document":{"clients":{"\\u005f_proto__":"standard"}}}', 'validation-error'],
    ['\uFEFF{"reason":"a","document":{}}', 'malformed-json'],
  ]
  for (const [body, problem] of bad) {
    const answer = await call('/echo', { method: 'POST', body })
    t.equal(answer.status, 400, String(body).slice(0, 50))
    t.equal(answer.json.type, `https://api.test/problems/${problem}`, String(body).slice(0, 50))
  }
  const empty = await call('/echo', { method: 'POST', body: '' })
  t.equal(empty.json.detail, 'The body is empty.')
})

t.test('a large body is read up to a mebibyte, one long text in it as well', async (t) => {
  const { call } = await startListener(t, routes)
  const most = 1024 * 1024
  const wrapped = (length: number) => `{"reason":"a","document":{"x":"${'x'.repeat(length)}"}}`
  const room = most - wrapped(0).length
  t.equal((await call('/echo', { method: 'POST', body: wrapped(room) })).status, 200)
  const over = await call('/echo', { method: 'POST', body: wrapped(room + 1) })
  t.equal(over.status, 413)
  t.equal(over.json.type, 'https://api.test/problems/content-too-large')
})

t.test('another media type, or none, is 415', async (t) => {
  const { call } = await startListener(t, routes)
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/merge-patch+json',
    'application/json; charset=utf-16',
    'application/json\tx',
    'application/json, text/plain',
    'multipart/form-data; boundary=application/json',
    'nonsense',
  ])
    t.equal(
      (await call('/echo', { method: 'POST', body: '{}', headers: { 'content-type': type } })).status,
      415,
      type,
    )
})

t.test('a query is told its faults as well, and numbers are written in one way only', async (t) => {
  const { call } = await startListener(t, routes)
  const bad = [
    'limit=051',
    'limit=51',
    'limit=-1',
    'limit=1e1',
    'limit=0x1',
    'limit=+5',
    'limit=',
    'limit=%205',
    'limit=5&limit=6',
    'all=1',
    'all=',
    'all=TRUE',
    'other=1',
    '__proto__=1',
  ]
  for (const query of bad) {
    const answer = await call(`/echo?${query}`, { method: 'POST', body: good })
    t.equal(answer.status, 400, query)
    t.equal(answer.json.type, 'https://api.test/problems/invalid-parameter', query)
    t.match(answer.json.errors, [{ pointer: `?${query.split('=')[0]}` }], query)
  }
  t.equal((await call('/plain/7?x=1')).status, 400, 'a route without a query takes none')
  for (const n of ['x', '1.5', '-1', '01', '1e3']) t.equal((await call(`/plain/${n}`)).status, 400, n)
  t.same((await call('/plain/7')).json, { n: 7 })
})

t.test('paths and methods that are not there are problems too', async (t) => {
  const { call } = await startListener(t, routes)
  t.equal((await call('/nothing', { scopes: null })).status, 404)
  const method = await call('/echo', { method: 'DELETE', scopes: null, body: '{' })
  t.equal(method.status, 405)
  t.equal(method.headers.allow, 'POST, OPTIONS')
  t.equal((await call('/echo', { method: 'OPTIONS', scopes: null })).status, 204)
  t.equal((await call('/%zz')).status, 400)
  t.equal((await call(`/plain/${'9'.repeat(200)}`)).status, 404)
})

t.test('an error nobody foresaw is 500, its text in the log alone', async (t) => {
  const { call, log } = await startListener(t, routes)
  const answer = await call('/broken')
  t.equal(answer.status, 500)
  t.notMatch(answer.text, 'secret')
  t.match(log, [{ level: 50, error: 'GW_INTERNAL', err: { message: 'a secret of ours' } }])
})
