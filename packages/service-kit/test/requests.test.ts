import { request } from 'node:http'
import t, { type Test } from 'tap'
import Type from 'typebox'
import { closed } from '../src/schemas.ts'
import { sampleApp } from './kit/sample-app.ts'

type Answer = { statusCode: number; headers: Record<string, unknown>; json(): Record<string, unknown> }

function problem(t: Test, answer: Answer, status: number, slug: string) {
  t.equal(answer.statusCode, status)
  t.match(answer.headers['content-type'], /^application\/problem\+json/)
  t.match(answer.json(), { type: `https://api.example/problems/${slug}`, status, trace_id: String })
  return answer.json() as {
    errors?: { pointer: string; detail: string }[]
    detail?: string
    trace_id: string
  }
}

t.test('a call with a token is served and its caller is known', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const answer = await app.inject({ url: '/things?limit=3', headers: await bearer() })
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), { limit: 3, caller: '42' })
})

t.test('a call without a token is 401 with a challenge', async (t) => {
  const { app } = await sampleApp(t)
  const answer = await app.inject({ url: '/things' })
  problem(t, answer, 401, 'unauthenticated')
  t.equal(answer.headers['www-authenticate'], 'Bearer')
})

t.test('a token for another service is 401', async (t) => {
  const { app, token } = await sampleApp(t)
  const authorization = `Bearer ${await token({}, 'others')}`
  problem(t, await app.inject({ url: '/things', headers: { authorization } }), 401, 'unauthenticated')
})

t.test('a call with two Authorization headers is 401, though one of them is good', async (t) => {
  const { app, token } = await sampleApp(t)
  const good = `Bearer ${await token()}`
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const statusWith = (authorization: string[]) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = authorization.flatMap((value) => ['Authorization', value])
      const call = request(
        `${origin}/things`,
        { headers: ['Host', 'x', ...sent], agent: false },
        (answer) => {
          answer.resume()
          answer.once('end', () => resolve(answer.statusCode))
        },
      )
      call.once('error', reject)
      call.end()
    })
  t.equal(await statusWith([good]), 200)
  for (const two of [
    [good, 'Basic eDp5'],
    ['Basic eDp5', good],
    [good, good],
  ])
    t.equal(await statusWith(two), 401)
})

t.test('while the keys of the gateway were never reached a call is 503, not refused for good', async (t) => {
  const { app, bearer } = await sampleApp(t, { keys: new URL('http://127.0.0.1:2/jwks.json') })
  const answer = await app.inject({ url: '/things', headers: await bearer() })
  t.equal(answer.statusCode, 503)
  t.match(answer.json(), { type: /temporary-reduced-capacity$/ })
  t.equal(answer.headers['retry-after'], '2')
})

t.test('a token without the scope of the route is 403 and the scope is named', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const answer = await app.inject({ url: '/things', headers: await bearer({ scopes: new Set() }) })
  problem(t, answer, 403, 'insufficient-scope')
  t.match(answer.headers['www-authenticate'], /scope="things:read"/)
})

t.test('a route of alternatives takes either scope and names the first when both are missing', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const get = async (...scopes: string[]) =>
    app.inject({ url: '/either', headers: await bearer({ scopes: new Set(scopes) }) })
  t.equal((await get('things:read')).statusCode, 200)
  t.equal((await get('things:read:all')).statusCode, 200)
  const refused = await get('other')
  problem(t, refused, 403, 'insufficient-scope')
  t.match(refused.headers['www-authenticate'], /scope="things:read"/)
})

t.test('an unknown path is 404 and a wrong method on a known one 405 with Allow', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const headers = await bearer()
  problem(t, await app.inject({ url: '/nothing', headers }), 404, 'not-found')
  const answer = await app.inject({ method: 'DELETE', url: '/things/1', headers })
  problem(t, answer, 405, 'method-not-allowed')
  t.equal(answer.headers.allow, 'GET, HEAD, PATCH, OPTIONS')
  t.equal(answer.headers['accept-patch'], 'application/merge-patch+json')
})

t.test('where no route is, the body is not looked at: 404 or 405 whatever it holds', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const bodies: [string, string | Buffer][] = [
    ['text/plain', 'x'],
    ['application/json', '{'],
    ['application/merge-patch+json', ''],
    ['application/json', Buffer.alloc(2 * 1024 * 1024, 'x')],
  ]
  for (const [type, payload] of bodies) {
    const headers = { ...(await bearer()), 'content-type': type }
    problem(t, await app.inject({ method: 'POST', url: '/nothing', headers, payload }), 404, 'not-found')
    const put = await app.inject({ method: 'PUT', url: '/things', headers, payload })
    problem(t, put, 405, 'method-not-allowed')
    t.equal(put.headers.allow, 'GET, HEAD, POST, OPTIONS')
  }
})

t.test('OPTIONS names the methods of a path', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const answer = await app.inject({ method: 'OPTIONS', url: '/things', headers: await bearer() })
  t.equal(answer.statusCode, 204)
  t.equal(answer.headers.allow, 'GET, HEAD, POST, OPTIONS')
})

t.test('an unknown or wrong query parameter is 400 and is pointed at', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const headers = await bearer()
  const unknown = problem(t, await app.inject({ url: '/things?nope=1', headers }), 400, 'invalid-parameter')
  t.same(unknown.errors, [{ pointer: '?nope', detail: 'is not known here' }])
  const wrong = problem(t, await app.inject({ url: '/things?limit=99', headers }), 400, 'invalid-parameter')
  t.match(wrong.errors, [{ pointer: '?limit' }])
})

t.test('body values are neither coerced nor dropped, and every fault is pointed at', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const headers = await bearer()
  const post = (payload: object) => app.inject({ method: 'POST', url: '/things', headers, payload })
  const faults = problem(t, await post({ size: '1', extra: true }), 400, 'validation-error')
  t.same(faults.errors?.map((fault) => fault.pointer).sort(), ['#/extra', '#/name', '#/size'])
  t.equal((await post({ name: 'a', size: 1 })).statusCode, 201)
})

t.test('broken, empty, polluting and NUL-holding JSON is 400', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const headers = { ...(await bearer()), 'content-type': 'application/json' }
  const post = (payload: string) => app.inject({ method: 'POST', url: '/things', headers, payload })
  problem(t, await post('{"name":'), 400, 'malformed-json')
  problem(t, await post(''), 400, 'malformed-json')
  problem(t, await post('{"__proto__":{"x":1},"name":"a"}'), 400, 'validation-error')
  const nul = problem(t, await post('{"name":"a\\u0000b"}'), 400, 'validation-error')
  t.match(nul.errors, [{ pointer: '#/name' }])
  problem(t, await app.inject({ url: '/things/a%00b', headers: await bearer() }), 400, 'invalid-parameter')
})

t.test('a media type that is not JSON is 415, also merge patch outside PATCH', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const send = async (method: 'POST' | 'PATCH', url: string, type: string) =>
    app.inject({
      method,
      url,
      headers: { ...(await bearer()), 'content-type': type },
      payload: '{"name":"a"}',
    })
  problem(t, await send('POST', '/things', 'text/plain'), 415, 'unsupported-media-type')
  problem(t, await send('POST', '/things', 'application/merge-patch+json'), 415, 'unsupported-media-type')
  const patch = await send('PATCH', '/things/1', 'application/json')
  problem(t, patch, 415, 'unsupported-media-type')
  t.equal(patch.headers['accept-patch'], 'application/merge-patch+json')
  t.equal((await send('PATCH', '/things/1', 'application/merge-patch+json')).statusCode, 200)
})

t.test('a body over 1 MiB is 413 and a caller who refuses JSON gets 406', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const payload = { name: 'x'.repeat(2 * 1024 * 1024) }
  problem(
    t,
    await app.inject({ method: 'POST', url: '/things', headers: await bearer(), payload }),
    413,
    'content-too-large',
  )
  const headers = { ...(await bearer()), accept: 'text/html, application/json;q=0' }
  problem(t, await app.inject({ url: '/things', headers }), 406, 'not-acceptable')
})

t.test('an unforeseen error is 500 without its text, and the log has it', async (t) => {
  const lines: string[] = []
  const { app, bearer } = await sampleApp(t, { lines })
  const answer = await app.inject({ url: '/broken', headers: await bearer() })
  problem(t, answer, 500, 'internal')
  t.notMatch(answer.body, /secret/)
  t.ok(lines.some((line) => line.includes('connection string')))
})

t.test('the request id of the gateway is kept as trace id, a strange one is replaced', async (t) => {
  const { app } = await sampleApp(t)
  const kept = await app.inject({ url: '/things', headers: { 'x-request-id': 'abcdefgh-1' } })
  t.equal(kept.headers['x-request-id'], 'abcdefgh-1')
  t.equal(kept.json().trace_id, 'abcdefgh-1')
  const replaced = await app.inject({ url: '/things', headers: { 'x-request-id': '<script>' } })
  t.match(replaced.headers['x-request-id'], /^[0-9a-f-]{36}$/)
})

t.test('every request is logged once, without its token', async (t) => {
  const lines: string[] = []
  const { app, bearer } = await sampleApp(t, { lines })
  const headers = await bearer()
  await app.inject({ url: '/things', headers })
  t.equal(lines.length, 1)
  t.match(JSON.parse(lines[0] ?? ''), { method: 'GET', route: '/things', status: 200, client: 'demo' })
  t.notMatch(lines[0], headers.authorization.slice(7, 40))
})

t.test('readiness fails while a check fails and liveness does not care', async (t) => {
  const { app } = await sampleApp(t, {
    checks: [{ name: 'store', check: () => Promise.reject(new Error('away')) }],
  })
  const ready = await app.inject('/readyz')
  t.equal(ready.statusCode, 503)
  t.same(ready.json(), { status: 'fail', checks: { store: 'fail' } })
  t.equal((await app.inject('/livez')).statusCode, 200)
})

t.test('an answer that does not fit its description is sent as it is', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const response = { 200: closed({ a: Type.String(), b: Type.String() }) }
  app.get('/odd', { schema: { response } }, async () => ({ a: '1', more: true }) as never)
  const answer = await app.inject({ url: '/odd', headers: await bearer() })
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), { a: '1', more: true })
})

t.test('answers are kept by the client alone unless a route says otherwise', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const answer = await app.inject({ url: '/things', headers: await bearer() })
  t.equal(answer.headers['cache-control'], 'private, no-cache')
})

t.test('the table of routes names every route once, with its scopes, and not the open ones', async (t) => {
  const { app } = await sampleApp(t)
  const table = app.routeTable.map(({ method, path, scopes }) => [method, path, ...scopes].join(' '))
  t.ok(table.includes('GET /things things:read'))
  t.ok(table.includes('PATCH /things/{thing_id}'))
  t.notOk(table.some((line) => line.includes('/livez')))
  t.equal(new Set(table).size, table.length)
})
