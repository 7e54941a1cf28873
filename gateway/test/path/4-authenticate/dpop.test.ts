import { manualClock, recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { openTestKeys, WISH } from '../../kit/api-keys.ts'
import { answersIn, call, exchange, rawRequest, seen } from '../../kit/call.ts'
import { type HolderKey, holderKey, type ProofWish, proofOf } from '../../kit/dpop.ts'
import { PUBLIC_URL, startGateway, type TestGatewayOptions } from '../../kit/gateway.ts'

const ALGS = 'algs="ES256 ES384 ES512 PS256 RS256 EdDSA Ed25519"'
const guide = (group: string) =>
  `resource_metadata="${PUBLIC_URL}/.well-known/oauth-protected-resource/${group}"`
const MANIFEST = {
  service: 'shop',
  routes: [
    { path: '/things', methods: ['GET', 'POST'], auth: 'bearer', scopes: ['things:read'] },
    { path: '/proven', methods: ['GET'], auth: 'bearer', scopes: [], proof: 'dpop' },
    { path: '/either', methods: ['GET'], auth: 'bearer', scopes: [], proof: 'any' },
    { path: '/open', methods: ['GET', 'POST'], auth: 'public' },
  ],
}

async function shop(t: TestScope, options: TestGatewayOptions = {}) {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests: [MANIFEST], ...options })
  const holder = await holderKey()
  const bound = (key: HolderKey = holder, claims = {}) =>
    gateway.issuer.sign({ scope: 'things:read', cnf: { jkt: key.thumbprint }, ...claims })
  const token = await bound()
  const headers = async (wish: Partial<ProofWish> = {}) => ({
    authorization: `DPoP ${token}`,
    dpop: await proofOf(holder, { token, now: (options.clock ?? Date.now)(), ...wish }),
  })
  return { upstream, gateway, holder, token, bound, headers }
}

t.test('a bound token with the proof of its key passes; the service sees neither', async (t) => {
  const { upstream, gateway, token, headers } = await shop(t)
  for (let i = 0; i < 3; i++) {
    const answer = await call(gateway.url, '/things?page=2', { headers: await headers() })
    t.equal(answer.status, 200)
  }
  const { rawHeaders } = seen(upstream, 2)
  t.notOk(rawHeaders.some((name) => name.toLowerCase() === 'dpop'))
  t.notOk(rawHeaders.join().includes(token))
  t.match(await gateway.line(), { verdict: 'admitted', client: 'test', error: null })
})

t.test('the proof is checked with every call, though the token is remembered', async (t) => {
  const { upstream, gateway, token, headers } = await shop(t)
  const first = await headers()
  t.equal((await call(gateway.url, '/things', { headers: first })).status, 200)
  const again = await call(gateway.url, '/things', { headers: first })
  t.equal(again.status, 401)
  t.equal(
    again.headers['www-authenticate'],
    `Bearer ${guide('things')}, DPoP ${ALGS}, error="invalid_dpop_proof", ` +
      'error_description="The DPoP proof was used before"',
  )
  t.match(again.json, {
    type: `${PUBLIC_URL}/problems/unauthenticated`,
    detail: 'The DPoP proof was used before.',
  })
  t.match(await gateway.line(2), { error: 'GW_BAD_PROOF', cause: 'DPOP_AGAIN', verdict: 'unauthenticated' })
  const bare = await call(gateway.url, '/things', { headers: { authorization: `DPoP ${token}` } })
  t.equal(bare.status, 401)
  t.match(bare.json, { detail: 'The DPoP proof is missing.' })
  t.equal(upstream.requests.length, 1)
})

t.test('a bound token as bearer token is 401, on every route and whatever comes with it', async (t) => {
  const { upstream, gateway, token, headers } = await shop(t)
  const { dpop } = await headers()
  for (const more of [{}, { dpop }]) {
    const answer = await call(gateway.url, '/things', {
      headers: { authorization: `Bearer ${token}`, ...more },
    })
    t.equal(answer.status, 401)
    t.equal(
      answer.headers['www-authenticate'],
      `Bearer ${guide('things')}, error="invalid_token", ` +
        `error_description="The token is bound to a key and needs the scheme DPoP", DPoP ${ALGS}`,
    )
  }
  t.equal((await call(gateway.url, '/usage', { headers: { authorization: `Bearer ${token}` } })).status, 401)
  t.same(upstream.requests, [])
})

t.test('an unbound token is no DPoP token, whatever proof comes with it', async (t) => {
  const { upstream, gateway, holder } = await shop(t)
  const token = await gateway.issuer.sign({ scope: 'things:read' })
  const headers = { authorization: `DPoP ${token}`, dpop: await proofOf(holder, { token }) }
  const answer = await call(gateway.url, '/things', { headers })
  t.equal(answer.status, 401)
  t.match(answer.headers['www-authenticate'], /, DPoP algs=".+", error="invalid_token", error_description=/)
  t.same(upstream.requests, [])
})

t.test('a token and a proof of two keys are 401', async (t) => {
  const { upstream, gateway, token } = await shop(t)
  const thief = await holderKey()
  const headers = { authorization: `DPoP ${token}`, dpop: await proofOf(thief, { token }) }
  t.equal((await call(gateway.url, '/things', { headers })).status, 401)
  t.match(await gateway.line(), { cause: 'DPOP_JKT' })
  t.same(upstream.requests, [])
})

t.test(
  'a proof is for the method, the path and the name of this gateway, not for the Host that is sent',
  async (t) => {
    const { upstream, gateway, headers } = await shop(t)
    const cases: [wish: Partial<ProofWish>, status: number][] = [
      [{ method: 'POST' }, 401],
      [{ path: '/proven' }, 401],
      [{ claims: { htu: `http://127.0.0.1:${gateway.port}/things` } }, 401],
      [{ claims: { htu: 'https://other.test/things' } }, 401],
      [{ claims: { htu: 'HTTPS://API.TEST:443/things' } }, 200],
    ]
    for (const [wish, status] of cases) {
      const answer = await call(gateway.url, '/things', { headers: await headers(wish) })
      t.equal(answer.status, status, JSON.stringify(wish))
    }
    const post = await call(gateway.url, '/things', {
      method: 'POST',
      headers: await headers({ method: 'POST' }),
    })
    t.equal(post.status, 200)
    t.equal(upstream.requests.length, 2)
  },
)

t.test('an old proof is 401 by the clock of the gateway', async (t) => {
  const clock = manualClock(Date.now())
  const { gateway, headers } = await shop(t, { clock: clock.now })
  const proven = await headers()
  clock.advance(62_000)
  t.equal((await call(gateway.url, '/things', { headers: proven })).status, 401)
  t.equal((await call(gateway.url, '/things', { headers: await headers() })).status, 200)
})

t.test('two DPoP headers are 400, in whatever letters', async (t) => {
  const { upstream, gateway, headers } = await shop(t)
  const { authorization, dpop } = await headers()
  for (const second of ['DPoP', 'dpop']) {
    const lines = ['Host: x', `Authorization: ${authorization}`, `DPoP: ${dpop}`, `${second}: ${dpop}`]
    const [answer] = answersIn(await exchange(gateway.port, rawRequest('GET /things', lines)))
    t.equal(answer?.status, 400)
  }
  t.same(upstream.requests, [])
})

t.test('a route that demands a proof takes no other token, and no API key', async (t) => {
  const site = await openTestKeys(t)
  const { upstream, gateway, holder, headers } = await shop(t, { keys: site.keys })
  const { text } = await site.keys.create(WISH, 'ops')
  const certified = await gateway.issuer.sign({ cnf: { 'x5t#S256': holder.thumbprint } })
  const unbound = await gateway.auth()
  const refused: [target: string, headers: Record<string, string>, challenge: string][] = [
    ['/proven', {}, `DPoP ${ALGS}, ${guide('proven')}`],
    ['/proven', { 'x-api-key': text }, `DPoP ${ALGS}, ${guide('proven')}`],
    ['/proven', unbound, `DPoP ${ALGS}, ${guide('proven')}, error="invalid_token", `],
    [
      '/proven',
      { authorization: `Bearer ${certified}` },
      `DPoP ${ALGS}, ${guide('proven')}, error="invalid_token", `,
    ],
    ['/either', {}, `Bearer ${guide('either')}, DPoP ${ALGS}`],
    ['/either', unbound, `Bearer ${guide('either')}, DPoP ${ALGS}, error="invalid_token", `],
    ['/either', { 'x-api-key': text }, `Bearer ${guide('either')}, DPoP ${ALGS}`],
  ]
  for (const [target, sent, challenge] of refused) {
    const answer = await call(gateway.url, target, { headers: sent })
    t.equal(answer.status, 401, target)
    t.ok(
      String(answer.headers['www-authenticate']).startsWith(challenge),
      answer.headers['www-authenticate'] as string,
    )
  }
  t.same(upstream.requests, [])
  for (const path of ['/proven', '/either'])
    t.equal((await call(gateway.url, path, { headers: await headers({ path }) })).status, 200)
})

t.test('a scope that is missing is told in the scheme the token came with', async (t) => {
  const { gateway, holder, bound } = await shop(t)
  const token = await bound(holder, { scope: '' })
  const headers = { authorization: `DPoP ${token}`, dpop: await proofOf(holder, { token }) }
  const answer = await call(gateway.url, '/things', { headers })
  t.equal(answer.status, 403)
  t.match(answer.headers['www-authenticate'], /^DPoP error="insufficient_scope", scope="things:read", /)
})

t.test('on a public route the proof is for the service, as the Authorization is', async (t) => {
  const { upstream, gateway } = await shop(t)
  const headers = { authorization: 'Basic YTpi', dpop: 'whatever.a.token-endpoint-wants' }
  t.equal((await call(gateway.url, '/open', { headers })).status, 200)
  t.match(seen(upstream).headers, headers)
})
