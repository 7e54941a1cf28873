import { createTestIssuer, recordingUpstream, type TestIssuer } from '@stockgate/test-kit'
import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose'
import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../../kit/call.ts'
import { PUBLIC_URL, startGateway } from '../../kit/gateway.ts'

const NOW = Math.floor(Date.now() / 1000)
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const replaced = (token: string, at: number, part: string): string =>
  token.split('.').with(at, part).join('.')

/** A token of our issuer's claims under any header and any key. */
async function forged(issuer: TestIssuer, alg: string, key: CryptoKey | Uint8Array): Promise<string> {
  const { kid } = issuer.jwks.keys[0] ?? {}
  const claims = { scope: 'things:read', client_id: 'test' }
  return new SignJWT(claims)
    .setProtectedHeader({ alg, typ: 'at+jwt', kid: kid as string })
    .setIssuer(issuer.issuer)
    .setAudience(PUBLIC_URL)
    .setSubject('test')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key)
}

const BAD: Record<string, (issuer: TestIssuer) => Promise<string> | string> = {
  'a token for another audience is refused': (issuer) => issuer.sign({ aud: 'https://other.test' }),
  'a token without audience is refused': (issuer) => issuer.sign({ aud: undefined as never }),
  'a token of an unknown issuer is refused': (issuer) => issuer.sign({ iss: 'https://other.test' }),
  'an issuer written in another case is another issuer': (issuer) =>
    issuer.sign({ iss: 'HTTPS://issuer.test' }),
  'a token without issuer is refused': (issuer) => issuer.sign({ iss: undefined as never }),
  'a token of type JWT is refused': (issuer) => issuer.sign({}, { typ: 'JWT' }),
  'a token without type is refused': (issuer) => issuer.sign({}, { typ: undefined as never }),
  'a token without exp is refused': (issuer) => issuer.sign({ exp: undefined as never }),
  'a token whose exp is a text is refused': (issuer) => issuer.sign({ exp: String(NOW + 60) as never }),
  'an expired token is refused': (issuer) => issuer.sign({ exp: NOW - 10 }),
  'a token that is not valid yet is refused': (issuer) => issuer.sign({ nbf: NOW + 60 }),
  'a token issued in the future is refused': (issuer) => issuer.sign({ iat: NOW + 60 }),
  'a token without iat is refused': (issuer) => issuer.sign({ iat: undefined as never }),
  'a token without sub is refused': (issuer) => issuer.sign({ sub: undefined as never }),
  'a token whose sub is no text is refused': (issuer) => issuer.sign({ sub: 42 as never }),
  'a token without client_id is refused': (issuer) => issuer.sign({ client_id: undefined as never }),
  'a token whose client_id is no text is refused': (issuer) => issuer.sign({ client_id: ['test'] }),
  'a token whose scope is no text is refused': (issuer) => issuer.sign({ scope: ['things:read'] }),
  'a token of algorithm none is refused': async (issuer) => {
    const [, claims] = (await issuer.sign()).split('.')
    return `${base64url({ alg: 'none', typ: 'at+jwt' })}.${claims}.`
  },
  'a token of algorithm none that kept its signature is refused': async (issuer) =>
    replaced(await issuer.sign(), 0, base64url({ alg: 'none', typ: 'at+jwt' })),
  'an HS256 token made with the public key as PEM is refused': async (issuer) => {
    const key = await importJWK(issuer.jwks.keys[0] ?? {}, 'ES256', { extractable: true })
    return forged(issuer, 'HS256', new TextEncoder().encode(await exportSPKI(key as CryptoKey)))
  },
  'an HS256 token made with the public key as JWK is refused': (issuer) =>
    forged(issuer, 'HS256', new TextEncoder().encode(JSON.stringify(issuer.jwks.keys[0]))),
  'an RS256 token is refused where only ES256 is allowed': async (issuer) =>
    forged(issuer, 'RS256', (await generateKeyPair('RS256')).privateKey),
  'a token of another key under the same key id is refused': async (issuer) =>
    forged(issuer, 'ES256', (await generateKeyPair('ES256')).privateKey),
  'a token that brings its own key is refused': async (issuer) => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const header = {
      alg: 'ES256',
      typ: 'at+jwt',
      jwk: await exportJWK(publicKey),
      jku: 'http://127.0.0.1:1/',
    }
    const claims = { iss: issuer.issuer, aud: PUBLIC_URL, sub: 'x', client_id: 'x', iat: NOW, exp: NOW + 60 }
    return new SignJWT(claims).setProtectedHeader(header).sign(privateKey)
  },
  'a token with an unknown critical header is refused': async (issuer) => {
    const [header = '', ...rest] = (await issuer.sign()).split('.')
    const read = JSON.parse(Buffer.from(header, 'base64url').toString())
    return [base64url({ ...read, crit: ['x'], x: 1 }), ...rest].join('.')
  },
  'a token with one changed claim is refused': async (issuer) => {
    const token = await issuer.sign()
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return replaced(token, 1, base64url({ ...claims, sub: 'admin' }))
  },
  'a token with inner white space is refused': async (issuer) => (await issuer.sign()).replace('.', ' .'),
  'a token with white space in its signature is refused': async (issuer) => {
    const token = await issuer.sign()
    return `${token.slice(0, -5)} ${token.slice(-5)}`
  },
  'a token with padding is refused': async (issuer) => `${await issuer.sign()}==`,
  'the same signature in a second spelling is refused': async (issuer) => {
    const token = await issuer.sign()
    const twin = { A: 'B', Q: 'R', g: 'h', w: 'x' }[token.at(-1) ?? ''] ?? t.bailout('an odd signature')
    return token.slice(0, -1) + twin
  },
  'a token in base64 instead of base64url is refused': async (issuer) => {
    const [header, claims, signature = ''] = (await issuer.sign()).split('.')
    return `${header}.${claims}.${Buffer.from(signature, 'base64url').toString('base64')}`
  },
  'a token of two parts is refused': async (issuer) => (await issuer.sign()).split('.').slice(0, 2).join('.'),
  'a token of four parts is refused': async (issuer) => `${await issuer.sign()}.x`,
  'a token of five parts, as encrypted ones have, is refused': () => 'a.b.c.d.e',
  'a token without dots is refused': () => 'abc',
  'a token of dots alone is refused': () => '..',
  'claims that are no JSON are refused': async (issuer) => replaced(await issuer.sign(), 1, 'bm9wZQ'),
  'an oversized token is refused': (issuer) => issuer.sign({ padding: 'x'.repeat(9_000) }),
}

t.test('of a bad token', async (t) => {
  const upstream = await recordingUpstream(t)
  const issuer = await createTestIssuer(t, { audience: PUBLIC_URL })
  const gateway = await startGateway(t, { upstream: upstream.url, issuer })
  for (const [sentence, make] of Object.entries(BAD)) {
    await t.test(sentence, async (t) => {
      const token = await make(issuer)
      const answer = await call(gateway.url, '/things/1', { headers: { authorization: `Bearer ${token}` } })
      t.equal(answer.status, 401)
      t.match(
        answer.headers['www-authenticate'],
        /, error="invalid_token", error_description="[\w .+]+", DPoP algs="[\w ]+"$/,
      )
      t.match(answer.json, { type: `${PUBLIC_URL}/problems/unauthenticated` })
      t.same(upstream.requests, [], 'the service saw nothing')
    })
  }
  await t.test('and a good token among them passes', async (t) => {
    const answer = await call(gateway.url, '/things/1', { headers: await gateway.auth() })
    t.equal(answer.status, 200)
    t.equal(upstream.requests.length, 1)
  })
})

t.test('a token with a line break at its end does not get through', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const { authorization } = await gateway.auth()
  for (const end of ['\n', '\r', '\r\n ', '\x0b', '\t x']) {
    const bytes = rawRequest('GET /things/1', ['Host: x', `Authorization: ${authorization}${end}`])
    const [answer] = answersIn(await exchange(gateway.port, bytes))
    t.ok([400, 401].includes(answer?.status ?? 0), JSON.stringify(end))
  }
  t.same(upstream.requests, [])
})
