import { createCallerVerifier } from '@stockgate/caller'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import t from 'tap'
import { createTestCaller, createTestIssuer, manualClock } from '../src/index.ts'

t.test('the issuer signs access tokens that verify against the keys it serves', async (t) => {
  for (const alg of ['ES256', 'RS256', 'EdDSA']) {
    const issuer = await createTestIssuer(t, { alg })
    const { payload, protectedHeader } = await jwtVerify(
      await issuer.sign({ scope: 'stock:read' }),
      createRemoteJWKSet(new URL(issuer.jwksUrl)),
      { issuer: issuer.issuer, audience: issuer.audience, typ: 'at+jwt', requiredClaims: ['exp', 'jti'] },
    )
    t.equal(protectedHeader.alg, alg)
    t.match(payload, { sub: 'test', client_id: 'test', scope: 'stock:read' })
    t.notOk(JSON.stringify(issuer.jwks).includes('"d"'), 'the private half is not served')
  }
})

t.test('claims and header members can be changed and left out', async (t) => {
  const { sign } = await createTestIssuer(t)
  const token = await sign({ exp: undefined, aud: 'https://other.test' }, { typ: 'JWT', kid: undefined })
  t.notOk('exp' in decodeJwt(token))
  t.equal(decodeJwt(token).aud, 'https://other.test')
  t.same(decodeProtectedHeader(token), { alg: 'ES256', typ: 'JWT' })
})

t.test('the clock of tokens can be given', async (t) => {
  const clock = manualClock('2020-01-01T00:00:00Z')
  const { sign } = await createTestIssuer(t, { now: clock.now })
  clock.advance(1000)
  t.equal(decodeJwt(await sign()).iat, Date.parse('2020-01-01T00:00:01Z') / 1000)
})

t.test('the caller is accepted by the service it is for and by no other', async (t) => {
  const caller = await createTestCaller(t, 'products')
  const [{ issuer, jwks }] = JSON.parse(caller.trustedIssuers)
  const trusted = [{ issuer, keys: new URL(jwks) }]
  const token = await caller.token({ sub: '42', clientId: 'demo', scopes: ['stock:read', 'stock:write'] })
  t.same(await createCallerVerifier('products', trusted)(token), {
    sub: '42',
    clientId: 'demo',
    scopes: new Set(['stock:read', 'stock:write']),
  })
  await t.rejects(createCallerVerifier('orders', trusted)(token))
  t.match(await caller.headers(), { authorization: /^Bearer ey/ })
})
