import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { faultOfTarget } from '../../src/wire/target.ts'
import { answersIn, call, exchange, rawRequest } from '../kit/call.ts'
import { startGateway } from '../kit/gateway.ts'

const CANONICAL = [
  '/',
  '/products',
  '/products/prd_01k',
  '/users/42/orders?status=OPEN&limit=5',
  '/...slug',
  '/a.b/..c/d..',
  '/.well-known/jwks.json',
  "/a-b_c~d!e$f&g'h(i)j*k+l,m=n:o@p",
  '/caf%C3%A9/%20x',
  '/q?a=//..%2f%00;\\#'.slice(0, -1),
  '/q?',
]

const REFUSED = [
  '',
  '*',
  'products',
  'http://evil.test/products',
  '//evil.test/products',
  '/a//b',
  '/a//',
  '/./a',
  '/a/.',
  '/a/./b',
  '/../a',
  '/a/..',
  '/a/../b',
  '/a\\b',
  '/a;v=1',
  '/a%2fb',
  '/a%2Fb',
  '/%2e/a',
  '/%2e%2e/a',
  '/a%5cb',
  '/a%3bb',
  '/a%25',
  '/a%252fb',
  '/a%00',
  '/a%1f',
  '/a%0d%0a',
  '/a%7f',
  '/a%',
  '/a%2',
  '/a%zz',
  '/%c0%ae%c0%ae/a',
  '/a%ff',
  '/a#b',
  '/a?b#c',
  '/a b',
  '/a\tb',
  '/a\x00',
  '/a\x7f',
  '/caf\u00e9',
  '/a"b',
  '/<a>',
  '/{a}',
  '/a|b',
  '/a^b',
  '/a`b',
]

t.test('a canonical target passes', async (t) => {
  for (const target of CANONICAL) t.equal(faultOfTarget(target), null, target)
})

t.test('a target in any other spelling is refused', async (t) => {
  for (const target of REFUSED) t.equal(faultOfTarget(target), 'GW_TARGET', target)
})

t.test('a path with a slash at its end is no route, even where a parameter could be empty', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const target of ['/things/', '/things/?a=b', '/open/', '/nothing/']) {
    const answer = await call(gateway.url, target, { headers: await gateway.auth() })
    t.equal(answer.status, 404, target)
  }
  t.match(await gateway.line(4), { status: 404, verdict: 'unmatched', error: 'GW_NO_ROUTE' })
  t.same(upstream.requests, [])
})

t.test('a target beyond 8 KiB is too long', async (t) => {
  t.equal(faultOfTarget(`/${'a'.repeat(8191)}`), null)
  t.equal(faultOfTarget(`/${'a'.repeat(8192)}`), 'GW_TARGET_SIZE')
})

t.test(
  'a refused target is a 400 problem on the wire, one line, and reaches neither route nor service',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const manifest = {
      service: 'shop',
      routes: [
        { path: '/{any}', methods: ['GET'], auth: 'public' },
        { path: '/{any}/{other}', methods: ['GET'], auth: 'public' },
      ],
    }
    const gateway = await startGateway(t, { upstream: upstream.url, manifests: [manifest] })
    let lines = 0
    for (const target of REFUSED.filter((one) => /^[\x21-\x7e]+$/.test(one))) {
      const [answer] = answersIn(await exchange(gateway.port, rawRequest(`GET ${target}`)))
      t.equal(answer?.status, 400, target)
      t.equal(answer?.headers['content-type'], 'application/problem+json')
      t.equal((await gateway.line(++lines)).status, 400)
    }
    t.equal(gateway.log.length, lines)
    t.same(upstream.requests, [])
  },
)

t.test('a guard on a stricter route cannot be walked around by spelling its path otherwise', async (t) => {
  const upstream = await recordingUpstream(t)
  const manifest = {
    service: 'shop',
    routes: [
      { path: '/things/admin', methods: ['GET'], auth: 'bearer', scopes: ['admin'] },
      { path: '/things/{id}', methods: ['GET'], auth: 'public' },
    ],
  }
  const gateway = await startGateway(t, { upstream: upstream.url, manifests: [manifest] })
  for (const target of ['/things/admin', '/things/%61dmin', '/things/ad%6Din'])
    t.equal((await call(gateway.url, target)).status, 401, target)
  for (const target of ['/things/./admin', '/things/x/../admin', '/things//admin', '/things/%2e/admin'])
    t.equal((await call(gateway.url, target)).status, 400, target)
  t.same(upstream.requests, [])
})

t.test('the service sees path and query exactly as the client wrote them', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const target = "/open?a=1&a=2&b=+x%2f%00&c[]=//..&d=;'(|"
  t.equal((await call(gateway.url, target)).status, 200)
  t.equal(upstream.requests[0]?.url, target)
})
