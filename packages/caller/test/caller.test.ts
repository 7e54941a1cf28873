import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import t from 'tap'
import {
  type Caller,
  CallerRefused,
  createCallerVerifier,
  GATEWAY_ISSUER,
  generateCallerJwk,
  importCallerKey,
  signCaller,
} from '../src/index.ts'

const caller: Caller = { sub: '42', clientId: 'demo', scopes: new Set(['orders:read', 'orders:write']) }
const NOW = 1_800_000_000

async function setUp(now = () => NOW) {
  const key = await importCallerKey(await generateCallerJwk())
  const trusted = [{ issuer: GATEWAY_ISSUER, keys: { keys: [key.publicJwk] } }]
  return { key, verify: createCallerVerifier('orders', trusted, now) }
}

t.test('what the gateway signs for a service, that service reads', async (t) => {
  const { key, verify } = await setUp()
  t.same(await verify(await signCaller(key, 'orders', caller, NOW, 60)), caller)
})

t.test('a token for another service is refused', async (t) => {
  const { key, verify } = await setUp()
  await t.rejects(verify(await signCaller(key, 'products', caller, NOW, 60)), { message: /"aud"/ })
})

t.test('a token of a stranger is refused, also when it names the gateway as its issuer', async (t) => {
  const { verify } = await setUp()
  const stranger = await importCallerKey(await generateCallerJwk())
  await t.rejects(verify(await signCaller(stranger, 'orders', caller, NOW, 60)))
})

t.test('an unknown issuer, no exp, another type, another algorithm are refused', async (t) => {
  const { key, verify } = await setUp()
  const claims: JWTPayload = {
    client_id: 'demo',
    sub: '42',
    iss: GATEWAY_ISSUER,
    aud: 'urn:stockgate:orders',
    iat: NOW,
  }
  const sign = (payload: JWTPayload, typ: string) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'ES256', typ, kid: key.kid }).sign(key.privateKey)
  await t.resolves(verify(await sign({ ...claims, exp: NOW + 60 }, 'at+jwt')))
  await t.rejects(verify(await sign({ ...claims, exp: NOW + 60, iss: 'https://evil.example' }, 'at+jwt')))
  await t.rejects(verify(await sign(claims, 'at+jwt')), { message: /"exp"/ })
  await t.rejects(verify(await sign({ ...claims, exp: NOW + 60 }, 'JWT')), { message: /"typ"/ })
  const rsa = await generateKeyPair('RS256')
  const other = new SignJWT({ ...claims, exp: NOW + 60 }).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt' })
  await t.rejects(verify(await other.sign(rsa.privateKey)), { code: 'ERR_JOSE_ALG_NOT_ALLOWED' })
})

t.test('a remembered token is refused once it has expired', async (t) => {
  let now = NOW
  const { key, verify } = await setUp(() => now)
  const token = await signCaller(key, 'orders', caller, NOW, 30)
  t.same(await verify(token), caller)
  now = NOW + 29
  t.same(await verify(token), caller)
  now = NOW + 40
  await t.rejects(verify(token), { code: 'ERR_JWT_EXPIRED' })
})

t.test('a token has one spelling', async (t) => {
  const { key, verify } = await setUp()
  const token = await signCaller(key, 'orders', caller, NOW, 60)
  const twin = { A: 'B', Q: 'R', g: 'h', w: 'x' }[token.at(-1) ?? ''] ?? t.bailout('an odd signature')
  const spelt = [
    `${token}\n`,
    ` ${token}`,
    `${token}==`,
    token.replace('.', ' .'),
    token.slice(0, -1) + twin,
    `${token}.`,
  ]
  for (const one of spelt) await t.rejects(verify(one), CallerRefused, JSON.stringify(one.slice(-8)))
  await t.rejects(verify(`${token}${'A'.repeat(8_192)}`), CallerRefused, 'a long one')
  t.same(await verify(token), caller)
  for (const one of spelt) await t.rejects(verify(one), CallerRefused, 'also when the token is remembered')
})

t.test('claims of another kind than they must be, and tokens from the future, are refused', async (t) => {
  const { key, verify } = await setUp()
  const good = { iss: GATEWAY_ISSUER, aud: 'urn:stockgate:orders', sub: '42', client_id: 'demo', iat: NOW }
  const sign = (claims: object) =>
    new SignJWT({ ...good, exp: NOW + 60, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid })
      .sign(key.privateKey)
  t.match(await verify(await sign({ iat: NOW + 5 })), { sub: '42' })
  for (const claims of [
    { sub: 42 },
    { sub: '' },
    { client_id: ['demo'] },
    { client_id: '' },
    { scope: ['orders:read'] },
    { iat: NOW + 6 },
    { iss: 'urn:stockgate:other' },
    { iss: 7 },
  ])
    await t.rejects(verify(await sign(claims)), CallerRefused, JSON.stringify(claims))
})

t.test('a stored key that is public or of another curve is not taken', async (t) => {
  const { d: _private, ...publicOnly } = await generateCallerJwk()
  await t.rejects(importCallerKey(publicOnly), TypeError)
  const { privateKey } = await generateKeyPair('ES384', { extractable: true })
  await t.rejects(importCallerKey(await exportJWK(privateKey)), TypeError)
})

t.test('the published half never holds the private number', async (t) => {
  const { key } = await setUp()
  t.notOk('d' in key.publicJwk)
  t.match(key.publicJwk, { kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256', kid: key.kid })
})
