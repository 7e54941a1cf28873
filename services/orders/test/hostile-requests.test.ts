import t, { type Test } from 'tap'
import { type OrdersApp, ordersApp, type Sent } from './kit/orders-app.ts'

const everything = [
  ...['orders:read', 'orders:write', 'orders:read:all', 'orders:write:all', 'orders:fulfill', 'ops:read'],
]
const as = { sub: '42', scopes: everything }
const unknown: Record<string, string> = {
  '{order_id}': 'ord_unknown',
  '{fulfillment_id}': 'ful_unknown',
  '{user_id}': 'nobody',
}
/** A body that each writing route would take. */
const bodies: Record<string, object> = {
  'POST /orders': { lines: [{ sku: 'BOLT', quantity: 1 }] },
  'PATCH /orders/{order_id}': { note: 'x' },
  'PUT /orders/{order_id}/cancellation': { reason: 'x' },
  'POST /orders/{order_id}/fulfillments': { lines: [{ line_id: '1', quantity: 1 }] },
  'PUT /orders/{order_id}/fulfillments/{fulfillment_id}/shipment': {},
  'PUT /orders/{order_id}/fulfillments/{fulfillment_id}/cancellation': {},
}

type Answer = Awaited<ReturnType<OrdersApp['call']>>

function isProblem(t: Test, answer: Answer, status: number, slug: string, what: string) {
  t.match(
    { status: answer.status, type: answer.body.type, media: answer.headers['content-type'] },
    { status, type: `https://api.example/problems/${slug}`, media: /^application\/problem\+json/ },
    `${what}: ${answer.text.slice(0, 300)}`,
  )
  t.type(answer.body.trace_id, 'string', what)
}

/** Every route with ids filled in, and a way to call it. */
async function routes(t: Test) {
  const orders = await ordersApp(t)
  const table = orders.app.routeTable.map(({ method, path }) => {
    const name = `${method} ${path}`
    const url = path.replace(/\{\w+\}/g, (part) => unknown[part] ?? part)
    const sent: Sent = { method: method as NonNullable<Sent['method']>, as, key: 'a-key' }
    const body = bodies[name]
    return { name, path, url, body, sent: body ? { ...sent, body } : sent }
  })
  return { ...orders, table }
}

t.test('every writing route stands in the table of bodies', async (t) => {
  const { table } = await routes(t)
  const writing = table.filter(({ sent }) => sent.method !== 'GET').map(({ name }) => name)
  t.same(writing.toSorted(), Object.keys(bodies).toSorted())
})

t.test('unknown ids are 404', async (t) => {
  const { table, call } = await routes(t)
  for (const { name, path, url, sent } of table) {
    if (!path.includes('{') || path.startsWith('/users')) continue
    isProblem(t, await call(url, sent), 404, 'not-found', name)
  }
  isProblem(
    t,
    await call('/users/nobody/orders', { as: { scopes: ['orders:read'] } }),
    404,
    'not-found',
    'user',
  )
  for (const odd of ['/orders/', '/orders/a/b', '/orders/x/cancellation/y', '/users', '/', '/orders.json'])
    isProblem(t, await call(odd, { as }), 404, 'not-found', odd)
})

t.test('ids that can be none are a 4xx', async (t) => {
  const { table, call } = await routes(t)
  for (const id of ['a%00b', '%20', 'ü', "'--", 'x'.repeat(65), 'x'.repeat(600), '..%2f..', '%ff'])
    for (const { name, path, sent } of table) {
      if (!path.includes('{order_id}')) continue
      const url = path.replace('{order_id}', id).replace('{fulfillment_id}', 'ful_1')
      const { status, headers } = await call(url, sent)
      t.ok(status === 400 || status === 404 || status === 414, `${name} ${id} ${status}`)
      t.match(headers['content-type'], /^application\/problem\+json/)
    }
})

t.test('a method that a path does not have is 405 and told which it has', async (t) => {
  const { table, call, app } = await routes(t)
  for (const url of new Set(table.map((route) => route.url))) {
    const has = table.filter((route) => route.url === url).map(({ sent }) => sent.method)
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const) {
      if (has.includes(method)) continue
      const answer = await call(url, { method, as })
      isProblem(t, answer, 405, 'method-not-allowed', `${method} ${url}`)
      for (const allowed of has) t.match(answer.headers.allow, new RegExp(`\\b${allowed}\\b`))
    }
    const options = await call(url, { method: 'OPTIONS', as })
    t.equal(options.status, 204)
  }
  t.ok(app)
})

t.test('a body of another media type is 415, broken JSON 400, too much of it 413', async (t) => {
  const { table, caller, app } = await routes(t)
  const authorization = await caller.headers(as)
  for (const { name, url, body, sent } of table) {
    if (!body) continue
    const good = sent.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const send = async (type: string, payload: string | Buffer) => {
      const headers = { ...authorization, 'content-type': type, 'idempotency-key': 'k' }
      const answer = await app.inject({ method: sent.method ?? 'POST', url, headers, payload })
      return {
        status: answer.statusCode,
        headers: answer.headers as Record<string, string>,
        text: answer.body,
        body: answer.json(),
      }
    }
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense'])
      isProblem(t, await send(type, 'x=1'), 415, 'unsupported-media-type', `${name} ${type}`)
    for (const broken of ['', '{', '{"a":1,}', 'null x', '\u0000', '[[[', '['.repeat(5e4) + ']'.repeat(5e4)])
      isProblem(t, await send(good, broken), 400, 'malformed-json', `${name} ${broken.slice(0, 30)}`)
    isProblem(t, await send(good, Buffer.alloc(2 * 1024 * 1024, 'x')), 413, 'content-too-large', name)
    for (const shape of ['null', '[]', '"text"', '1', 'true', '{"no_such_property":1}', '{"__proto__":{}}'])
      isProblem(t, await send(good, shape), 400, 'validation-error', `${name} ${shape.slice(0, 30)}`)
  }
})

t.test('properties and query parameters that nobody knows are 400 and pointed at', async (t) => {
  const { table, call } = await routes(t)
  for (const { name, url, body, sent } of table) {
    const query = await call(`${url}?no_such_parameter=1`, sent)
    isProblem(t, query, 400, 'invalid-parameter', name)
    t.match(query.body.errors, [{ pointer: '?no_such_parameter' }], name)
    if (!body) continue
    const extra = await call(url, { ...sent, body: { ...body, no_such_property: 1 } })
    isProblem(t, extra, 400, 'validation-error', name)
    t.match(extra.body.errors, [{ pointer: '#/no_such_property' }], name)
  }
  for (const query of [
    'limit=0',
    'limit=201',
    'limit=',
    'limit=1&limit=2',
    'sort=id',
    'status=',
    'cursor=%00',
  ])
    t.equal((await call(`/orders?${query}`, { as })).status, 400, query)
})

t.test('a call without a token is 401, with one that lacks the scope 403', async (t) => {
  const { table, call, app } = await routes(t)
  for (const { name, url, sent } of table) {
    const none = await app.inject({ method: sent.method ?? 'GET', url })
    t.equal(none.statusCode, 401, name)
    const poor = await call(url, { ...sent, as: { scopes: ['products:read'] } })
    isProblem(t, poor, 403, 'insufficient-scope', name)
    t.match(poor.headers['www-authenticate'], /error="insufficient_scope", scope="orders:/, name)
  }
})

t.test('headers without sense are refused or ignored, never a 5xx', async (t) => {
  const { table, call } = await routes(t)
  const headers = [
    { prefer: 'wait=-1, respond-async;x, =, wait="a"' },
    { prefer: 'wait=99999999999999999999' },
    { 'if-match': '"' },
    { 'if-none-match': 'x'.repeat(5_000) },
    { 'idempotency-key': '"' },
    { accept: 'text/html' },
  ]
  for (const { name, url, sent } of table)
    for (const odd of headers) {
      const { status } = await call(url, { ...sent, headers: odd as unknown as Record<string, string> })
      t.ok(status < 500, `${name} ${JSON.stringify(odd)} ${status}`)
    }
})
