import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { personalCacheControl } from '../../../src/path/9-respond/cache-rule.ts'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

t.test('an answer for one caller may be kept by that caller only, whatever its service says', async (t) => {
  for (const [said, told] of [
    [undefined, 'private, no-cache'],
    ['', 'private'],
    ['max-age=60', 'private, max-age=60'],
    ['public, max-age=60', 'private, max-age=60'],
    ['PUBLIC,max-age=60,S-MaxAge=600', 'private, max-age=60'],
    ['s-maxage=600', 'private'],
    ['must-revalidate', 'private, must-revalidate'],
    ['private, max-age=60', 'private, max-age=60'],
    ['private="set-cookie", max-age=60', 'private, private="set-cookie", max-age=60'],
    ['Private', 'Private'],
    ['no-store', 'no-store'],
    ['public, no-store', 'no-store'],
    ['no-cache', 'private, no-cache'],
    ['publicity', 'private, publicity'],
  ] as const)
    t.equal(personalCacheControl(said), told, String(said))
})

t.test(
  'what a caller with a token or cookie gets is private, what anybody gets is left to the service',
  async (t) => {
    const upstream = await recordingUpstream(t, ({ url }, response) => {
      const query = new URLSearchParams(url.split('?')[1])
      for (const [name, value] of query) response.setHeader(name, value)
      response.end('mine')
    })
    const gateway = await startGateway(t, { upstream: upstream.url })
    const headers = await gateway.auth()
    const ask = async (target: string, options = {}) =>
      (await call(gateway.url, target, options)).headers['cache-control']

    t.equal(await ask('/things', { headers }), 'private, no-cache')
    t.equal(
      await ask('/things?expires=Thu,%2001%20Jan%202099%2000:00:00%20GMT', { headers }),
      'private, no-cache',
    )
    t.equal(await ask('/things?cache-control=public,max-age=60', { headers }), 'private, max-age=60')
    t.equal(await ask('/things?cache-control=no-store', { headers }), 'no-store')
    t.equal(await ask('/things', { headers, method: 'HEAD' }), 'private, no-cache')
    t.equal(await ask('/open'), undefined)
    t.equal(await ask('/open?cache-control=public,max-age=60'), 'public,max-age=60')
    t.equal(await ask('/open?set-cookie=a=b'), 'private, no-cache', 'a cookie is for one caller')
    t.equal(await ask('/open?set-cookie=a=b&cache-control=public'), 'private')
  },
)

t.test('orders to caches between us and the client do not pass', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => {
    for (const name of ['CDN-Cache-Control', 'Surrogate-Control', 'Surrogate-Key', 'Edge-Control'])
      response.setHeader(name, 'max-age=60')
    response.end()
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  const { headers } = await call(gateway.url, '/things', { headers: await gateway.auth() })
  for (const name of ['cdn-cache-control', 'surrogate-control', 'surrogate-key', 'edge-control'])
    t.equal(headers[name], undefined, name)
})

t.test('a suffix that looks like a file makes no page of a caller public', async (t) => {
  const routes = ['/me', '/users/{id}'].map((path) => ({
    path,
    methods: ['GET'],
    auth: 'bearer',
    scopes: [],
  }))
  const upstream = await recordingUpstream(t, (_request, response) => {
    response.setHeader('content-type', 'text/css')
    response.end('secret')
  })
  const gateway = await startGateway(t, { upstream: upstream.url, manifests: [{ service: 'shop', routes }] })
  const headers = await gateway.auth()
  const suffixes = [
    '/x.css',
    '/..%2fx.css',
    '/.css',
    '.css',
    ';x.css',
    ';.js',
    '%0a.css',
    '%00.css',
    '%3b.css',
  ].concat([
    '%3f.css',
    '%23.css',
    '/%2e%2e/x.css',
    '//x.css',
    '\\x.css',
    '/x.css?a',
    '%2fx.css',
    '~.css',
    '!.css',
  ])
  for (const suffix of suffixes) {
    const { status, text, headers: said } = await call(gateway.url, `/me${suffix}`, { headers })
    t.match(String(status), /^40[04]$/, suffix)
    t.notMatch(text, 'secret', suffix)
    t.equal(said['cache-control'], 'no-store', suffix)
  }
  t.equal(upstream.requests.length, 0, 'none is a spelling of /me')

  // In a parameter it is part of the id: the same policy, and the same rule for caches.
  for (const target of ['/users/1.css', '/users/x.js', '/users/1%20.css', '/users/avatar.png?a.css']) {
    t.equal((await call(gateway.url, target)).status, 401, target)
    const { status, headers: said } = await call(gateway.url, target, { headers })
    t.same([status, said['cache-control']], [200, 'private, no-cache'], target)
  }
})

t.test('what changes nothing about who asks changes nothing about the answer', async (t) => {
  const upstream = await recordingUpstream(t, ({ headers }, response) =>
    response.end(JSON.stringify(headers)),
  )
  const gateway = await startGateway(t, { upstream: upstream.url })
  const tricks = {
    'x-forwarded-host': 'canary.test',
    'x-forwarded-scheme': 'canary',
    'x-original-url': '/canary',
    'x-rewrite-url': '/canary',
    'x-http-method-override': 'CANARY',
    forwarded: 'host=canary.test',
  }
  const { text, headers } = await call(gateway.url, '/open', { headers: tricks })
  t.notMatch(`${text} ${JSON.stringify(headers)}`, /canary/i)
})
