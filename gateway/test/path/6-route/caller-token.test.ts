import { createCallerVerifier, GATEWAY_ISSUER } from '@stockgate/caller'
import { manualClock, recordingUpstream } from '@stockgate/test-kit'
import { decodeJwt, type JSONWebKeySet } from 'jose'
import t from 'tap'
import { call, seen } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

const tokenOf = (authorization: string | undefined): string => String(authorization).slice('Bearer '.length)

t.test(
  'the service gets a token for itself that says who calls, verified with the published keys',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url })
    const mine = await gateway.auth('things:read other', { client_id: 'demo', sub: '42' })
    t.equal((await call(gateway.url, '/things', { headers: mine })).status, 200)
    const { authorization } = seen(upstream).headers
    t.not(authorization, mine.authorization, 'the token of the client stays here')
    const keys = (await call(gateway.url, '/.well-known/jwks.json')).json as unknown as JSONWebKeySet
    t.notOk('d' in (keys.keys[0] ?? {}), 'only the public half is published')
    const caller = await createCallerVerifier('shop', [{ issuer: GATEWAY_ISSUER, keys }])(
      tokenOf(authorization),
    )
    t.match(caller, { sub: '42', clientId: 'demo', scopes: new Set(['things:read', 'other']) })
    await t.rejects(createCallerVerifier('yard', [{ issuer: GATEWAY_ISSUER, keys }])(tokenOf(authorization)))
  },
)

t.test('the token is made once for a verified token and service', async (t) => {
  const shop = await recordingUpstream(t)
  const yard = await recordingUpstream(t)
  const manifests = ['shop', 'yard'].map((service) => ({
    service,
    routes: [{ path: `/${service}`, methods: ['GET'], auth: 'bearer', scopes: [] }],
  }))
  const clock = manualClock(Date.now())
  const gateway = await startGateway(t, {
    manifests,
    upstream: { shop: shop.url, yard: yard.url },
    clock: clock.now,
  })
  const headers = await gateway.auth()
  await Promise.all(Array.from({ length: 5 }, () => call(gateway.url, '/shop', { headers })))
  await call(gateway.url, '/yard', { headers })
  const tokens = new Set(shop.requests.map((request) => request.headers.authorization))
  t.equal(tokens.size, 1)
  t.notOk(tokens.has(seen(yard).headers.authorization))
  clock.advance(61_000)
  await call(gateway.url, '/shop', { headers })
  t.notOk(tokens.has(seen(shop, 5).headers.authorization), 'with the memory of the token it is made anew')
  await call(gateway.url, '/shop', { headers: await gateway.auth() })
  t.equal(new Set(shop.requests.map((request) => request.headers.authorization)).size, 3)
})

t.test('the token lives two minutes, but never longer than the one it stands for', async (t) => {
  const upstream = await recordingUpstream(t)
  const clock = manualClock(Date.now())
  const gateway = await startGateway(t, { upstream: upstream.url, clock: clock.now })
  const now = Math.floor(clock.seconds())
  await call(gateway.url, '/things', { headers: await gateway.auth('things:read', { exp: now + 3_600 }) })
  await call(gateway.url, '/things', { headers: await gateway.auth('things:read', { exp: now + 30 }) })
  t.equal(decodeJwt(tokenOf(seen(upstream, 0).headers.authorization)).exp, now + 120)
  t.equal(decodeJwt(tokenOf(seen(upstream, 1).headers.authorization)).exp, now + 30)
})
