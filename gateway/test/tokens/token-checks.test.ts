import { manualClock } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { base64url, createForge } from '../kit/forge.ts'
import { forgeIssuer, openTestTokens } from '../kit/tokens.ts'

const clock = manualClock('2026-06-01T12:00:00Z')
const NOW = clock.seconds()
const forge = createForge({ now: clock.now })
const HEADER = { alg: 'ES256', typ: 'at+jwt', kid: forge.kid }
const CLAIMS = {
  iss: 'https://issuer.test',
  aud: 'https://api.test',
  sub: 'test',
  client_id: 'test',
  iat: NOW,
  exp: NOW + 300,
}

/** Each token is signed with the right key: what is refused is refused for what it says. */
async function refuses(t: Test, cases: Record<string, string>): Promise<void> {
  const { verdict } = openTestTokens(t, { issuers: [forgeIssuer(forge)], clock: clock.now })
  t.equal(await verdict(forge.token()), 'good')
  for (const [what, token] of Object.entries(cases)) t.not(await verdict(token), 'good', what)
  t.equal(await verdict(forge.token()), 'good')
}

/** `claims` as a text, with one member more before its end. */
const claimsWith = (member: string): string => `${JSON.stringify(CLAIMS).slice(0, -1)},${member}}`
const headerWith = (member: string): string => `${JSON.stringify(HEADER).slice(0, -1)},${member}}`

t.test('a kid that is a path, a query, a NUL, a URL, huge, a list, a number or missing is refused', (t) =>
  refuses(
    t,
    Object.fromEntries(
      [
        ...['../../../../dev/null', "' OR 1=1 --", 'a\0b', 'http://127.0.0.1:1/k', 'x'.repeat(10_240), ''],
        ...['\u202e', `${forge.kid}\n`, ` ${forge.kid}`, forge.kid.toUpperCase()],
        ...[[forge.kid], 42, null, true, { kid: forge.kid }, undefined],
      ].map((kid) => [JSON.stringify({ kid }), forge.sign({ ...HEADER, kid }, CLAIMS)]),
    ),
  ),
)

t.test(
  'what a token says of keys elsewhere, of extensions or of what it is wrapped in is never followed',
  (t) =>
    refuses(
      t,
      Object.fromEntries(
        Object.entries({
          jku: 'https://issuer.test/jwks',
          x5u: 'https://issuer.test/cert',
          jwk: forge.jwk,
          x5c: ['MIIB'],
          crit: ['exp'],
          b64: false,
          zip: 'DEF',
          cty: 'JWT',
          enc: 'A256GCM',
        }).map(([name, value]) => [name, forge.sign({ ...HEADER, [name]: value }, CLAIMS)]),
      ),
    ),
)

t.test('nested, encrypted and JSON-serialised tokens are refused', (t) => {
  const good = forge.token()
  const [header, payload, signature] = good.split('.')
  return refuses(t, {
    nested: forge.sign({ ...HEADER, cty: 'JWT' }, good),
    'nested without cty': forge.sign(HEADER, good),
    encrypted: `${base64url({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`,
    'flattened JSON': JSON.stringify({ protected: header, payload, signature }),
    'general JSON': JSON.stringify({ payload, signatures: [{ protected: header, signature }] }),
    'JSON in base64url': base64url(JSON.stringify({ protected: header, payload, signature })),
    'an empty payload': forge.sign(HEADER, ''),
    'a payload that is a list': forge.sign(HEADER, '[]'),
    'a payload that is null': forge.sign(HEADER, 'null'),
    'a header that is a list': forge.sign('[]', CLAIMS),
    'a header after a byte order mark': forge.sign(`\ufeff${JSON.stringify(HEADER)}`, CLAIMS),
  })
})

t.test(
  'a name that stands twice in header or claims, also deep inside or spelled with escapes, is refused',
  (t) =>
    refuses(t, {
      alg: forge.sign(headerWith('"alg":"ES256"'), CLAIMS),
      kid: forge.sign(headerWith(`"kid":"${forge.kid}"`), CLAIMS),
      aud: forge.sign(HEADER, claimsWith('"aud":"https://api.test"')),
      'aud with an escape': forge.sign(HEADER, claimsWith('"\\u0061ud":"https://api.test"')),
      exp: forge.sign(HEADER, claimsWith(`"exp":${NOW + 999}`)),
      deep: forge.sign(HEADER, claimsWith('"more":[{"a":1,"a":1}]')),
      __proto__: forge.sign(HEADER, claimsWith('"__proto__":{},"__proto__":{}')),
    }),
)

t.test('no claim comes from a prototype', async (t) => {
  const { sub: _sub, ...claims } = CLAIMS
  const text = `${JSON.stringify(claims).slice(0, -1)},"__proto__":{"sub":"admin","scope":"ops:write"}}`
  await refuses(t, { proto: forge.sign(HEADER, text) })
})

t.test('times that are no whole seconds within reason are refused', (t) => {
  const bad = [
    '"x"',
    `"${NOW + 60}"`,
    `${NOW + 60}.5`,
    '1e308',
    '1e400',
    '-1',
    'null',
    'true',
    '[]',
    '9007199254740993',
  ]
  const cases = bad.flatMap((value) =>
    ['exp', 'iat', 'nbf'].map((name) => {
      const { [name as 'exp']: _gone, ...claims } = CLAIMS
      const text = `${JSON.stringify(claims).slice(0, -1)},"${name}":${value}}`
      return [`${name} ${value}`, forge.sign(HEADER, text)]
    }),
  )
  return refuses(t, Object.fromEntries(cases))
})

t.test('a token for several audiences is refused, even where one of them is us', async (t) => {
  const ours = CLAIMS.aud
  await refuses(t, {
    'another and ours': forge.token({ aud: ['https://other.test', ours] }),
    'ours and another': forge.token({ aud: [ours, 'https://other.test'] }),
    'ours twice': forge.token({ aud: [ours, ours] }),
    'in a list of lists': forge.token({ aud: [[ours]] }),
    none: forge.token({ aud: [] }),
    slash: forge.token({ aud: `${ours}/` }),
    case: forge.token({ aud: 'https://API.test' }),
    prefix: forge.token({ aud: 'https://api.tes' }),
    object: forge.token({ aud: { 0: ours, length: 1 } }),
  })
  const { verdict } = openTestTokens(t, { issuers: [forgeIssuer(forge)], clock: clock.now })
  t.equal(await verdict(forge.token({ aud: [ours] })), 'good', 'a list of ours alone is ours')
})

t.test('ID tokens, refresh tokens, tokens without type and tokens made for another client are refused', (t) =>
  refuses(t, {
    'an ID token': forge.token({ nonce: 'n', at_hash: 'x' }, { typ: 'JWT' }),
    'a logout token': forge.token({}, { typ: 'logout+jwt' }),
    'a refresh token': forge.token({}, { typ: 'rt+jwt' }),
    'no type': forge.token({}, { typ: undefined }),
    'an empty type': forge.token({}, { typ: '' }),
    'a type that is a list': forge.token({}, { typ: ['at+jwt'] }),
    'the type twice over': forge.token({}, { typ: 'application/application/at+jwt' }),
    'azp of another': forge.token({ azp: 'other' }),
    'azp that is a list': forge.token({ azp: ['test'] }),
    'an issuer with a slash': forge.token({ iss: 'https://issuer.test/' }),
    'an issuer in another case': forge.token({ iss: 'https://ISSUER.test' }),
    'an issuer that is a list': forge.token({ iss: ['https://issuer.test'] }),
    'no subject': forge.token({ sub: '' }),
    'half a surrogate pair': forge.sign(
      HEADER,
      JSON.stringify(CLAIMS).replace('"sub":"test"', '"sub":"\\ud800"'),
    ),
  }),
)

t.test('a thousand claims, ten thousand scopes and deep claims are refused before any cryptography', (t) => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`c${i}`, 1]))
  const deep = '['.repeat(900) + ']'.repeat(900)
  return refuses(t, {
    'a thousand claims': forge.token(many),
    'a list of a thousand': forge.token({ roles: Array(1_000).fill(1) }),
    'ten thousand scopes': forge.token({ scope: Array.from({ length: 10_000 }, (_, i) => i).join(' ') }),
    'three hundred scopes': forge.token({ scope: Array.from({ length: 300 }, (_, i) => `s${i}`).join(' ') }),
    'deep lists': forge.sign(HEADER, claimsWith(`"deep":${deep}`)),
    'a deep header': forge.sign(headerWith(`"deep":${deep}`), CLAIMS),
    'deep objects': forge.sign(HEADER, claimsWith(`"deep":${'{"a":'.repeat(500)}1${'}'.repeat(500)}`)),
    'nine kilobytes': forge.token({ padding: 'x'.repeat(9 * 1024) }),
    'ten megabytes': forge.token({ padding: 'x'.repeat(10 * 1024 * 1024) }),
  })
})

t.test('the type may be written as a media type, in any case', async (t) => {
  const { verdict } = openTestTokens(t, { issuers: [forgeIssuer(forge)], clock: clock.now })
  for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt'])
    t.equal(await verdict(forge.token({}, { typ })), 'good', typ)
  t.equal(await verdict(forge.token({ azp: 'test' })), 'good', 'azp of the client itself')
})
