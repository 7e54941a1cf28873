import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { limitsOf, startGateway } from '../../kit/gateway.ts'

const SHOP_ORIGIN = 'https://shop.example'
const env = { CORS_ORIGINS: `${SHOP_ORIGIN}, http://localhost:3000` }
const preflight = (origin: string, method: string) => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization',
  },
})

t.test('a preflight of a listed origin is answered without a token and without the service', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env })
  const answer = await call(gateway.url, '/things?x=1', preflight(SHOP_ORIGIN, 'POST'))
  t.equal(answer.status, 204)
  t.match(answer.headers, {
    'access-control-allow-origin': SHOP_ORIGIN,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': /Authorization.*Idempotency-Key.*X-API-Key/,
    'access-control-max-age': '600',
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  })
  t.equal(upstream.requests.length, 0)
  t.match(await gateway.line(), { method: 'OPTIONS', status: 204, verdict: 'public', error: null })
})

t.test('a preflight of any other origin opens nothing', async (t) => {
  const gateway = await startGateway(t, { env })
  for (const origin of [
    'https://evil.example',
    'https://shop.example.evil.example',
    'https://shop.example:444',
    'http://shop.example',
    'HTTPS://SHOP.EXAMPLE',
    'null',
    '*',
  ]) {
    const { status, headers } = await call(gateway.url, '/things', preflight(origin, 'POST'))
    t.equal(status, 204, origin)
    t.notOk(
      Object.keys(headers).some((name) => name.startsWith('access-control-')),
      origin,
    )
  }
})

t.test('a preflight for what is not there is refused in words the page may read', async (t) => {
  const gateway = await startGateway(t, { env })
  const nowhere = await call(gateway.url, '/nowhere', preflight(SHOP_ORIGIN, 'GET'))
  t.equal(nowhere.status, 404)
  t.match(nowhere.headers, { 'access-control-allow-origin': SHOP_ORIGIN })
  t.notOk('access-control-allow-methods' in nowhere.headers)
  const method = await call(gateway.url, '/things', preflight(SHOP_ORIGIN, 'DELETE'))
  t.notOk('access-control-allow-methods' in method.headers)
})

t.test('answers to a listed origin may be read, with the headers the API speaks by', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env })
  const { headers, status } = await call(gateway.url, '/open', { headers: { origin: SHOP_ORIGIN } })
  t.equal(status, 200)
  t.match(headers, { 'access-control-allow-origin': SHOP_ORIGIN, vary: 'Origin' })
  t.match(
    headers['access-control-expose-headers'],
    /^ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After/,
  )
  t.notOk('access-control-allow-credentials' in headers)
})

t.test('refusals may be read as well: 401, 404 and 429', async (t) => {
  const upstream = await recordingUpstream(t)
  const limits = limitsOf({ quota: 1, window: 60 })
  const gateway = await startGateway(t, { upstream: upstream.url, env, limits })
  const origin = { origin: SHOP_ORIGIN }
  await call(gateway.url, '/open', { headers: origin })
  for (const [path, status] of [
    ['/things', 401],
    ['/nowhere', 404],
    ['/open', 429],
  ] as const) {
    const answer = await call(gateway.url, path, { headers: origin })
    t.equal(answer.status, status)
    t.match(answer.headers, { 'access-control-allow-origin': SHOP_ORIGIN, vary: 'Origin' })
  }
})

t.test(
  'a call without a listed origin gets no permission, but caches are told that it may differ',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url, env })
    for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }]) {
      const answer = await call(gateway.url, '/open', { headers })
      t.equal(answer.status, 200)
      t.notOk('access-control-allow-origin' in answer.headers)
      t.equal(answer.headers.vary, 'Origin')
    }
  },
)

t.test('what a service says about origins never reaches the client, and its Vary stays', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => {
    response.writeHead(200, {
      'access-control-allow-origin': '*',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-secret',
      vary: 'Accept',
    })
    response.end('{}')
  })
  for (const set of [env, {}] as const) {
    const gateway = await startGateway(t, { upstream: upstream.url, env: set })
    const { headers } = await call(gateway.url, '/open', { headers: { origin: 'https://evil.example' } })
    t.notOk(Object.keys(headers).some((name) => name.startsWith('access-control-')))
    t.equal(headers.vary, set === env ? 'Accept, Origin' : 'Accept')
  }
})

t.test('without the setting no preflight is answered for anybody', async (t) => {
  const gateway = await startGateway(t)
  const { headers } = await call(gateway.url, '/things', preflight(SHOP_ORIGIN, 'POST'))
  t.notOk(Object.keys(headers).some((name) => name.startsWith('access-control-')))
})
