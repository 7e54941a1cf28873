import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call, seen } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

t.test('every method of every route of every manifest reaches its service, and no other', async (t) => {
  const shop = await recordingUpstream(t)
  const yard = await recordingUpstream(t)
  const manifests = [
    {
      service: 'shop',
      routes: [
        { path: '/things', methods: ['GET'], auth: 'public' },
        { path: '/things', methods: ['POST'], auth: 'bearer', scopes: ['things:write'] },
        { path: '/things/{thing_id}/parts/{part_id}', methods: ['PUT', 'PATCH', 'DELETE'], auth: 'public' },
      ],
    },
    { service: 'yard', routes: [{ path: '/things/batch', methods: ['POST'], auth: 'public' }] },
  ]
  const gateway = await startGateway(t, { manifests, upstream: { shop: shop.url, yard: yard.url } })
  const headers = await gateway.auth('things:write')
  const calls: [string, string, object][] = [
    ['GET', '/things', {}],
    ['HEAD', '/things', {}],
    ['POST', '/things', headers],
    ['PUT', '/things/a/parts/b', {}],
    ['PATCH', '/things/a/parts/b', {}],
    ['DELETE', '/things/a/parts/b', {}],
    ['POST', '/things/batch', {}],
  ]
  for (const [method, target, given] of calls)
    t.equal(
      (await call(gateway.url, target, { method, headers: given as never })).status,
      200,
      `${method} ${target}`,
    )
  t.equal(
    (await call(gateway.url, '/things', { method: 'POST' })).status,
    401,
    'each method has its own demands',
  )
  t.equal(shop.requests.length, 6)
  t.same(
    yard.requests.map(({ method, url }) => [method, url]),
    [['POST', '/things/batch']],
  )
})

t.test('an unknown path is a 404 problem', async (t) => {
  const gateway = await startGateway(t)
  for (const target of ['/nothing', '/things/a/b', '/things/', '/Things', '/policy', '/metrics']) {
    const answer = await call(gateway.url, target)
    t.equal(answer.status, 404, target)
    t.equal(answer.headers['content-type'], 'application/problem+json')
    t.equal(answer.json.type, 'https://api.test/problems/not-found')
  }
})

t.test('an unknown path or method is told before the body is looked at', async (t) => {
  const gateway = await startGateway(t)
  for (const type of ['application/json', 'text/plain', 'application/x-unheard-of']) {
    const options = { method: 'POST', headers: { 'content-type': type }, body: '{' }
    t.equal((await call(gateway.url, '/nothing', options)).status, 404)
    t.equal((await call(gateway.url, '/livez', options)).status, 405)
  }
})

t.test('another method of a known path is 405 and names the methods there are', async (t) => {
  const gateway = await startGateway(t)
  for (const method of ['PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY']) {
    const answer = await call(gateway.url, '/things', { method })
    t.equal(answer.status, 405, method)
    t.equal(answer.headers.allow, 'GET, HEAD, POST, OPTIONS')
    t.equal(answer.json.type, 'https://api.test/problems/method-not-allowed')
  }
  const parameter = await call(gateway.url, '/things/7', { method: 'POST', body: '{}' })
  t.equal(parameter.headers.allow, 'GET, HEAD, PUT, DELETE, OPTIONS')
  t.equal((await call(gateway.url, '/livez', { method: 'POST' })).headers.allow, 'GET, HEAD, OPTIONS')
})

t.test('an id as long as an address may be reaches the service', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const target = `/things/${'x'.repeat(8_000)}`
  t.equal((await call(gateway.url, target, { headers: await gateway.auth() })).status, 200)
  t.equal(seen(upstream).url, target)
  t.equal((await call(gateway.url, target, { method: 'PATCH' })).status, 405)
})

t.test('OPTIONS names the methods and needs no token', async (t) => {
  const gateway = await startGateway(t)
  const answer = await call(gateway.url, '/things', { method: 'OPTIONS' })
  t.equal(answer.status, 204)
  t.equal(answer.headers.allow, 'GET, HEAD, POST, OPTIONS')
  t.equal((await call(gateway.url, '/nothing', { method: 'OPTIONS' })).status, 404)
})

t.test('a Content-Type that is no media type is a 415 problem', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const type of ['nonsense', '/', 'a/b/c d']) {
    const answer = await call(gateway.url, '/open', {
      method: 'POST',
      headers: { 'content-type': type },
      body: 'x',
    })
    t.ok(answer.status === 415 || answer.status === 200, `${type}: ${answer.status}`)
    if (answer.status === 415) t.equal(answer.headers['content-type'], 'application/problem+json')
  }
})

t.test('bodies of any type arrive byte for byte', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const body = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
  const types = [
    'text/plain; charset=latin1',
    'application/json',
    'application/octet-stream',
    'image/png',
    undefined,
  ]
  for (const [index, type] of types.entries()) {
    const headers = type === undefined ? {} : { 'content-type': type }
    t.equal((await call(gateway.url, '/open', { method: 'POST', headers, body })).status, 200)
    t.same(seen(upstream, index).body, body)
    t.equal(seen(upstream, index).headers['content-type'], type)
  }
})
