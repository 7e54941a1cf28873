import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { faultBeforeRouting, faultOfTarget, hasEncodedSlash } from '../../src/wire/target.ts'
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
  '/caf%C3%A9/caf%c3%a9/%20x',
  '/a%3Ab%40c%3F%23%2B',
  '/q?a=//..%2f%2E%00%ff;\\|{}[]^`"<>',
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
  '/%41',
  '/a%7Eb',
  '/a%7eb',
  '/a%2Db',
  '/%30',
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
  '/a?b=%',
  '/a?b=%4',
  '/a?b=%zz',
  '/a?b=%u0041',
  '/a?b=\x00',
  '/a?b=\x1f',
  '/a?b=\x7f',
  '/a?b c',
  '/a?b\tc',
  '/a?b=\u00e9',
  '@host/a',
  ':80/a',
  '?a',
  '#a',
  '/%C0%AE',
  '/%E0%80%AF',
  '/%ED%A0%80',
  '/%F4%90%80%80',
  '/..%00/',
  '/..;/a',
  '/a/..%2fb',
  '/\u2025/a',
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

t.test('a target may have 8 KiB, or what is set, and not a byte more', async (t) => {
  t.equal(faultOfTarget(`/${'a'.repeat(8191)}`), null)
  t.equal(faultOfTarget(`/${'a'.repeat(8192)}`), 'GW_TARGET_SIZE')
  t.equal(faultOfTarget(`/?${'a'.repeat(298)}`, 300), null)
  t.equal(faultOfTarget(`/?${'a'.repeat(299)}`, 300), 'GW_TARGET_SIZE')
})

t.test('before routing %2F passes within a segment, as long as what it divides is proper', async (t) => {
  for (const target of ['/a%2Fb', '/a%2fb', '/a%2Fb%2Fc/d', '/a%2F.b', '/%20%2Fb?x=%2F%2F..']) {
    t.equal(faultBeforeRouting(target), null, target)
    t.equal(faultOfTarget(target), 'GW_TARGET')
    t.ok(hasEncodedSlash(target))
  }
  for (const target of ['/a/b', '/a?b=%2F', '/a%20b?%2f', '/a%21%25'])
    t.notOk(hasEncodedSlash(target), target)
  for (const target of [
    '/%2Fa',
    '/a%2F',
    '/a%2F?b',
    '/a%2F/b',
    '/a/%2Fb',
    '/a%2F%2fb',
    '/..%2Fa',
    '/a%2F..',
    '/a%2F..%2Fb',
    '/a%2F.%2Fb',
    '/a%2F./b',
    '/a%2F%2e%2e%2Fb',
    '/a%252Fb',
    '/a%5Cb',
  ])
    t.equal(faultBeforeRouting(target), 'GW_TARGET', target)
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
  t.equal((await call(gateway.url, '/things/admin')).status, 401)
  for (const target of [
    '/things/%61dmin',
    '/things/ad%6Din',
    '/things/ad%6din',
    '/things/./admin',
    '/things/x/../admin',
    '/things//admin',
    '/things/%2e/admin',
    '/things/admin;x',
    '/things/admin%3Bx',
    '/things%2Fadmin',
    '/things/admin%00',
    '/things/admin%09',
    '/things/admin%2f',
  ])
    t.equal((await call(gateway.url, target)).status, 400, target)
  for (const target of ['/things/admin/', '/Things/admin', '/THINGS/ADMIN', '/things/admin/x'])
    t.equal((await call(gateway.url, target)).status, 404, target)
  t.same(upstream.requests, [])
  // These are other things than admin, for the policy as for the service.
  for (const target of [
    '/things/Admin',
    '/things/admin.',
    '/things/admin.json',
    '/things/admin%20',
    '/things/admin,x',
  ]) {
    t.equal((await call(gateway.url, target)).status, 200, target)
    t.equal(upstream.requests.at(-1)?.url, target)
  }
})

t.test('the service sees path and query exactly as the client wrote them', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const target = "/open?a=1&a=2&b=+x%2f%00&c[]=//..&d=;'(|"
  t.equal((await call(gateway.url, target)).status, 200)
  t.equal(upstream.requests[0]?.url, target)
})

t.test('what only looks like a way out of the path is a name, and arrives', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const target of [
    '/things/..a',
    '/things/a..',
    '/things/...',
    '/things/..a?b=..',
    '/things/a,..,b',
    '/things/.a',
  ]) {
    t.equal((await call(gateway.url, target, { headers: await gateway.auth() })).status, 200, target)
    t.equal(upstream.requests.at(-1)?.url, target)
  }
})
