import t, { type Test } from 'tap'
import type { Call, Reply } from '../kit/reply.ts'
import { startService, type TestService } from '../kit/service.ts'

type Route = TestService['app']['routeTable'][number]

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const takesBody = ({ method }: Route) => ['POST', 'PUT', 'PATCH'].includes(method)
/** The path with ids that nothing has; other ones for each route, since a release makes its id known. */
const address = ({ method, path }: Route) => path.replace(/\{(\w+)\}/g, `unknown_${method}_${path.length}`)
const typeOf = ({ method }: Route) =>
  method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'

function problem(t: Test, reply: Reply, status: number, slug: string, what: string) {
  t.equal(reply.status, status, what)
  t.equal(reply.body?.type, `https://api.example/problems/${slug}`, what)
}

async function eachRoute(
  t: Test,
  test: (route: Route, send: (call: Partial<Call>) => Promise<Reply>, what: string) => Promise<void>,
) {
  const service = await startService(t)
  for (const route of service.app.routeTable) {
    const method = route.method as Call['method']
    const send = (call: Partial<Call>) =>
      service.call({
        method,
        url: address(route),
        ...call,
        headers: { 'idempotency-key': 'k', ...call.headers },
      })
    await test(route, send, `${method} ${route.path}`)
  }
}

t.test('every route with a body refuses broken, empty and huge ones and other media types', async (t) => {
  await eachRoute(t, async (route, send, what) => {
    if (!takesBody(route)) return
    const headers = { 'content-type': typeOf(route) }
    problem(t, await send({ headers, body: '{"a":' }), 400, 'malformed-json', `${what}: broken`)
    problem(
      t,
      await send({ headers, body: '{"__proto__":{}}' }),
      400,
      'validation-error',
      `${what}: polluting`,
    )
    problem(t, await send({ headers, body: '{"a":"\\u0000"}' }), 400, 'validation-error', `${what}: NUL`)
    problem(t, await send({ headers, body: '[]' }), 400, 'validation-error', `${what}: array`)
    problem(t, await send({ headers, body: '"text"' }), 400, 'validation-error', `${what}: text`)
    const huge = JSON.stringify({ note: 'x'.repeat(2 * 1024 * 1024) })
    problem(t, await send({ headers, body: huge }), 413, 'content-too-large', `${what}: 2 MiB`)
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])
      problem(
        t,
        await send({ headers: { 'content-type': type }, body: '{}' }),
        415,
        'unsupported-media-type',
        `${what}: ${type}`,
      )
    const other = route.method === 'PATCH' ? 'application/json' : 'application/merge-patch+json'
    problem(
      t,
      await send({ headers: { 'content-type': other }, body: '{}' }),
      415,
      'unsupported-media-type',
      `${what}: ${other}`,
    )
  })
})

t.test('every route points at a body property it does not know', async (t) => {
  await eachRoute(t, async (route, send, what) => {
    if (!takesBody(route)) return
    const reply = await send({ headers: { 'content-type': typeOf(route) }, body: '{"surprise":1}' })
    problem(t, reply, 400, 'validation-error', what)
    t.match(
      reply.body.errors.map((fault: { pointer: string }) => fault.pointer),
      /#\/surprise/,
      what,
    )
  })
})

t.test('every route points at a query parameter it does not know', async (t) => {
  await eachRoute(t, async (route, send, what) => {
    const body = takesBody(route) ? '{}' : undefined
    const reply = await send({
      url: `${address(route)}?surprise=1`,
      ...(body && { body, headers: { 'content-type': typeOf(route) } }),
    })
    t.equal(reply.status, 400, what)
    if (!takesBody(route))
      t.same(reply.body.errors, [{ pointer: '?surprise', detail: 'is not known here' }], what)
  })
})

t.test('every route answers an unknown id with 404 and a monstrous one with 4xx', async (t) => {
  await eachRoute(t, async (route, send, what) => {
    if (!route.path.includes('{')) return
    const body = takesBody(route) && { body: BODIES[what] ?? {}, headers: { 'content-type': typeOf(route) } }
    const reply = await send({ ...body })
    if (!MAKES.has(what)) t.equal(reply.status, 404, what)
    for (const odd of [
      '%00',
      '%ff',
      '%20',
      '..%2f..',
      "'%20or%201=1--",
      '%F0%9F%92%A9',
      'x'.repeat(600),
      'constructor',
    ]) {
      const url = route.path.replace(/\{\w+\}/g, odd)
      const strange = await send({ url, ...body })
      t.ok(
        (strange.status >= 400 && strange.status < 500) || MAKES.has(what),
        `${what} ${odd} ${strange.status}`,
      )
      t.ok(strange.status < 500, `${what} ${odd}`)
    }
  })
})

/** Bodies that are right, so that the id alone is wrong. */
const BODIES: Record<string, object> = {
  'PUT /reservations/{reservation_id}': {
    reference: { type: 'ORDER', id: 'ord_1' },
    lines: [{ line_id: '1', sku: 'NONE', quantity: 1 }],
  },
  'POST /reservations/{reservation_id}/consumptions': {
    fulfillment_id: 'ful_1',
    lines: [{ line_id: '1', quantity: 1 }],
  },
}
/** Calls for which an unknown id is no mistake: it is theirs to choose. */
const MAKES = new Set(['PUT /reservations/{reservation_id}', 'PUT /reservations/{reservation_id}/release'])

t.test('every path answers methods it does not know with 405 and the ones it knows', async (t) => {
  const service = await startService(t)
  const byPath = Map.groupBy(service.app.routeTable, (route) => route.path)
  for (const [path, routes] of byPath) {
    const known = new Set(routes.map((route) => route.method))
    // POST /products/batch and GET /products/{product_id} share addresses: there the router decides.
    if (path === '/products/batch') continue
    for (const method of METHODS) {
      if (known.has(method)) continue
      const reply = await service.call({ method, url: address(routes[0] as Route) })
      problem(t, reply, 405, 'method-not-allowed', `${method} ${path}`)
      for (const one of known) t.match(reply.headers.allow, one, `${method} ${path}`)
    }
  }
})

t.test(
  'every route refuses callers without token, with too few scopes, and those who want no JSON',
  async (t) => {
    const service = await startService(t)
    for (const route of service.app.routeTable) {
      const what = `${route.method} ${route.path}`
      t.ok(route.scopes.length + route.anyScopes.length > 0, `${what} names scopes`)
      const call = { method: route.method as Call['method'], url: address(route) }
      problem(
        t,
        await service.call({ ...call, headers: { authorization: '' } }),
        401,
        'unauthenticated',
        what,
      )
      const scopeless = { authorization: await service.bearer([]) }
      problem(t, await service.call({ ...call, headers: scopeless }), 403, 'insufficient-scope', what)
      problem(
        t,
        await service.call({ ...call, headers: { accept: 'text/html' } }),
        406,
        'not-acceptable',
        what,
      )
    }
  },
)
