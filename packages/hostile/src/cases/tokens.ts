import {
  AUDIENCE,
  type Credentials,
  encode,
  ISSUER,
  OTHER_AUDIENCE,
  OTHER_ISSUER,
  sealed,
  signatureOf,
  signed,
} from '../site/credentials.ts'
import type { Draft } from './draft.ts'
import type { Draw } from './draw.ts'
import { segment, someBody } from './good.ts'
import { MISPLACED, salt } from './misplaced-tokens.ts'
import { bytesOfRequest, plain, refused } from './request.ts'

/** Makes a token nobody may take. */
type BadToken = (draw: Draw, credentials: Credentials) => string

const JUNK_KIDS = [
  '',
  '../../etc/passwd',
  "' OR 1=1 --",
  'key-1\0',
  'KEY-1',
  ' key-1',
  'http://x.test/k',
  'k'.repeat(3_000),
  7,
  null,
  ['key-1'],
  {},
  true,
]
const JUNK_TYPES = [undefined, 'JWT', 'at+jwtx', 'id+jwt', 'rt+jwt', 'logout+jwt', '', 7, null, ['at+jwt']]

const byClaims =
  (change: (draw: Draw, now: number) => Record<string, unknown>): BadToken =>
  (draw, { key, claims, header, now }) =>
    signed(key, header(), claims(change(draw, now)))
const byHeader =
  (change: (draw: Draw) => Record<string, unknown>): BadToken =>
  (draw, { key, claims, header }) =>
    signed(key, header(change(draw)), claims({ jti: salt(draw) }))
const respelt =
  (change: (token: string, draw: Draw) => string): BadToken =>
  (draw, { key, claims, header }) =>
    change(signed(key, header(), claims({ jti: salt(draw) })), draw)

const BAD: Readonly<Record<string, BadToken>> = {
  'alg none': (draw, { header, claims }) =>
    `${encode(header({ alg: draw.one(['none', 'None', 'NONE', 'nOnE', 'none ', '', null, undefined]) }))}.${encode(claims({ jti: salt(draw) }))}.${draw.one(['', 'e30', 'AA'])}`,
  'shared secret that is public': (draw, { key, curveKey, claims, header }) => {
    const of = draw.one([key, curveKey])
    const secret = draw.one<Buffer | string>([
      of.publicKey.export({ format: 'pem', type: 'spki' }) as string,
      (of.publicKey.export({ format: 'pem', type: 'spki' }) as string).trim(),
      of.publicKey.export({ format: 'der', type: 'spki' }) as Buffer,
      JSON.stringify(of.jwk),
      Buffer.from(of.jwk.x as string, 'base64url'),
      of.jwk.x as string,
      '',
      'secret',
    ])
    const bits = draw.one([256, 384, 512] as const)
    return sealed(bits, secret, header({ alg: `HS${bits}`, kid: of.kid }), claims({ jti: salt(draw) }))
  },
  'another algorithm': byHeader((draw) => ({
    alg: draw.one([
      'ES256',
      'RS256',
      'PS256',
      'ES384',
      'ES512',
      'RS1',
      'eddsa',
      'EDDSA',
      'Ed448',
      'HS256',
      7,
      ['EdDSA'],
      {},
      'dir',
    ]),
  })),
  'unknown kid': byHeader((draw) => ({ kid: draw.chance(40) ? salt(draw) : draw.one(JUNK_KIDS) })),
  'key in the header': (draw, { strangeKey, claims, header }) =>
    signed(
      strangeKey,
      header(
        draw.one([
          { jwk: strangeKey.jwk },
          { jku: 'http://127.0.0.1:1/jwks.json', kid: 'mine' },
          { x5u: 'http://127.0.0.1:1/cert', kid: 'mine' },
          { x5c: ['AAAA'] },
          { jwk: { kty: 'oct', k: '' }, kid: undefined },
        ]),
      ),
      claims({ jti: salt(draw) }),
    ),
  'critical extension': byHeader((draw) =>
    draw.one<Record<string, unknown>>([
      { crit: ['exp'] },
      { crit: ['b64'], b64: false },
      { crit: [] },
      { crit: ['x'], x: 1 },
      { crit: 'b64' },
      { crit: ['b64', 'b64'], b64: true },
    ]),
  ),
  'type of another token': byHeader((draw) => ({ typ: draw.one(JUNK_TYPES) })),
  ended: byClaims((draw, now) => ({
    exp: draw.one([now - 60, now - 3_600, 0, -1, 1, now - 61 - draw.upTo(1e6)]),
  })),
  'end that is no time': byClaims((draw) => ({
    exp: draw.one([undefined, null, '9999999999', 'never', [9e9], {}, true, -1e308]),
    jti: salt(draw),
  })),
  'not yet valid': byClaims((draw, now) => ({ nbf: now + 3_600 + draw.upTo(1e6) })),
  'begin that is no time': byClaims((draw) => ({
    nbf: draw.one(['0', 'x', {}, [1], true]),
    jti: salt(draw),
  })),
  'issued in the future': byClaims((draw, now) => ({ iat: now + 3_600 + draw.upTo(1e6), exp: now + 9e6 })),
  'issued at no time': byClaims((draw) => ({
    iat: draw.one([undefined, null, 'x', {}, true]),
    jti: salt(draw),
  })),
  'another audience': byClaims((draw) => ({
    aud: draw.one([
      undefined,
      null,
      '',
      OTHER_AUDIENCE,
      `${AUDIENCE}/`,
      AUDIENCE.toUpperCase(),
      `${AUDIENCE}.evil.test`,
      ` ${AUDIENCE}`,
      'api.test',
      [],
      [OTHER_AUDIENCE],
      [AUDIENCE, OTHER_AUDIENCE],
      {},
      7,
      [[AUDIENCE]],
      'urn:stockgate:shop',
    ]),
    jti: salt(draw),
  })),
  'another issuer': byClaims((draw) => ({
    iss: draw.one([
      undefined,
      null,
      '',
      OTHER_ISSUER,
      `${ISSUER}/`,
      ISSUER.toUpperCase(),
      'https://issuer.test.evil.test',
      'issuer.test',
      [ISSUER],
      {},
      7,
      'urn:stockgate:gateway',
      '__proto__',
      'constructor',
    ]),
    jti: salt(draw),
  })),
  'key of another issuer': (draw, { otherKey, claims, header }) =>
    signed(otherKey, header(), claims({ jti: salt(draw) })),
  'issuer and audience of two': (draw, { otherKey, claims, header }) =>
    signed(
      otherKey,
      header(),
      claims({
        ...draw.one([
          { iss: OTHER_ISSUER, aud: AUDIENCE },
          { iss: ISSUER, aud: OTHER_AUDIENCE },
        ]),
        jti: salt(draw),
      }),
    ),
  'key of nobody': (draw, { strangeKey, claims, header }) =>
    signed(strangeKey, header(), claims({ jti: salt(draw) })),
  'no one it is about': byClaims((draw) => ({
    [draw.one(['sub', 'client_id'])]: draw.one([undefined, null, '', 7, {}, ['anna'], true]),
    jti: salt(draw),
  })),
  'scope of another kind': byClaims((draw) => ({
    scope: draw.one([7, {}, ['things:read'], true, null]),
    jti: salt(draw),
  })),
  'another signature': respelt((token, draw) => {
    const at = token.lastIndexOf('.') + 1 + draw.upTo(80)
    return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
  }),
  'claims changed afterwards': respelt((token, draw) => {
    const [head, claims = '', signature] = token.split('.')
    const changed = JSON.parse(Buffer.from(claims, 'base64url').toString())
    return `${head}.${encode({ ...changed, scope: 'things:read vault:open', jti: salt(draw) })}.${signature}`
  }),
  cut: respelt((token, draw) => token.slice(0, token.length - 1 - draw.upTo(token.length - 2))),
  padded: respelt((token, draw) =>
    draw.one([`${token}=`, `${token}==`, token.replace('.', '=.'), token.replace(/\.(?=[^.]*$)/, '==.')]),
  ),
  'with white space': respelt((token, draw) => {
    const at = 1 + draw.upTo(token.length - 2)
    return token.slice(0, at) + draw.one([' ', '\t', '  ']) + token.slice(at)
  }),
  'with a stray mark': respelt((token, draw) => {
    const at = 1 + draw.upTo(token.length - 2)
    return (
      token.slice(0, at) +
      draw.one(['+', '/', '*', '!', '%2e', ',', '\xe9', '"', ';', '~', ':']) +
      token.slice(at)
    )
  }),
  'stray bits at its end': respelt(
    (token) => token.slice(0, -1) + { A: 'B', Q: 'R', g: 'h', w: 'x' }[token.at(-1) as 'A'],
  ),
  'more or fewer parts': respelt((token, draw) =>
    draw.one([
      `${token}.`,
      `.${token}`,
      `${token}.e30`,
      `${token}..`,
      token.replaceAll('.', '..'),
      token.split('.').slice(0, 2).join('.'),
      token.split('.')[0] as string,
      '..',
      '.',
    ]),
  ),
  'not JSON': (draw, { key, header, claims }) => {
    const input = draw.one([
      `${encode('{')}.${encode(claims())}`,
      `${encode(header())}.${encode(draw.one(['', '[]', 'null', '"x"', '7', '{', '{}', '{"exp":1e999}', '\ufeff{}']))}`,
      `${encode('null')}.${encode(claims())}`,
      `${encode('[]')}.${encode(claims({ jti: salt(draw) }))}`,
      `${encode(`{"alg":"EdDSA","alg":"none","typ":"at+jwt","kid":"key-1"}`)}.${encode(claims({ jti: salt(draw) }))}`,
    ])
    return `${input}.${signatureOf(key, input)}`
  },
  'encrypted or nested': (draw, { key, header, claims }) =>
    draw.one([
      `${encode(header({ alg: 'dir', enc: 'A256GCM' }))}..AAAA.${encode(claims({ jti: salt(draw) }))}.AAAA`,
      signed(key, header({ cty: 'JWT', typ: 'JWT' }), signed(key, header(), claims())),
      JSON.stringify({ payload: encode(claims()), signatures: [] }),
    ]),
  'far too long': byClaims((draw) => ({ fat: 'x'.repeat(7_000 + draw.upTo(5_000)) })),
  junk: (draw) =>
    draw.one([
      'null',
      'undefined',
      'Bearer',
      'x',
      '-',
      'a.b.c',
      '{}',
      '__proto__',
      draw.text('abcXYZ0189-_.', 1, 60),
      draw.text('.', 1, 9),
    ]),
}
const KINDS = Object.keys(BAD)

/** Tokens that are forged, spoilt, somebody else's, or in the wrong place. */
export function tokenCase(draw: Draw, credentials: Credentials): Omit<Draft, 'family'> {
  const post = draw.chance(25)
  const request = plain(post ? 'POST' : 'GET', post ? '/things' : `/things/${segment(draw)}`)
  if (post) {
    request.body = someBody(draw)
    request.framing = draw.chance(50) ? 'chunked' : 'length'
  }
  let kind: string
  if (draw.chance(75)) {
    kind = draw.one(KINDS)
    request.lines.push(`Authorization: Bearer ${(BAD[kind] as BadToken)(draw, credentials)}`)
  } else if (draw.chance(15)) {
    kind = 'scope that is not there'
    request.target = `/vault/${segment(draw)}`
    if (post) request.method = 'POST'
    request.lines.push(`Authorization: Bearer ${credentials.good(draw)}`)
    return { kind, bytes: bytesOfRequest(request), expected: [refused(403)] }
  } else {
    kind = draw.one(Object.keys(MISPLACED))
    const { lines, query = '' } = (MISPLACED[kind] as (typeof MISPLACED)[string])(
      draw,
      credentials.good(draw),
    )
    request.lines.push(...lines)
    request.target += query
  }
  return { kind, bytes: bytesOfRequest(request), expected: [refused(400, 401, 431)] }
}
