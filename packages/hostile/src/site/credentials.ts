import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Draw } from '../cases/draw.ts'

export const ISSUER = 'https://issuer.test'
export const OTHER_ISSUER = 'https://other-issuer.test'
export const AUDIENCE = 'https://api.test'
export const OTHER_AUDIENCE = 'https://other.test'
/** Both issuers call a key so: a name says nothing about whose it is. */
const SHARED_KID = 'key-1'

export interface SigningKey {
  readonly kid: string
  readonly alg: 'EdDSA' | 'ES256'
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: Readonly<Record<string, unknown>>
}

/** What the tokens of a run are made with. Nothing of it comes from the library the gateway checks them with. */
export interface Credentials {
  readonly now: number
  readonly key: SigningKey
  readonly curveKey: SigningKey
  readonly otherKey: SigningKey
  readonly strangeKey: SigningKey
  /** The setting ISSUERS, given the two files of keys. */
  issuers(files: readonly [string, string]): object[]
  readonly keySets: readonly [object, object]
  claims(more?: Record<string, unknown>): Record<string, unknown>
  header(more?: Record<string, unknown>): Record<string, unknown>
  /** A token that is good for every route but those of the vault. */
  good(draw: Draw): string
  /** The token of the requests that follow a case. */
  readonly probe: string
}

const SUBJECTS = ['anna', 'ben', 'urn:user:7', 'ümit', 'c@d.test']

export function createCredentials(now = Math.floor(Date.now() / 1000)): Credentials {
  const key = keyOf('EdDSA', SHARED_KID)
  const curveKey = keyOf('ES256', 'key-2')
  const otherKey = keyOf('EdDSA', SHARED_KID)
  const strangeKey = keyOf('EdDSA', SHARED_KID)
  const claims = (more: Record<string, unknown> = {}) => ({
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'anna',
    client_id: 'shop-app',
    scope: 'things:read',
    iat: now - 10,
    exp: now + 7_200,
    ...more,
  })
  const header = (more: Record<string, unknown> = {}) => ({
    alg: key.alg,
    typ: 'at+jwt',
    kid: key.kid,
    ...more,
  })
  const curved = new Map<string, string>()
  return {
    now,
    key,
    curveKey,
    otherKey,
    strangeKey,
    keySets: [{ keys: [key.jwk, curveKey.jwk] }, { keys: [otherKey.jwk] }],
    issuers: ([one, other]) => [
      { issuer: ISSUER, audience: AUDIENCE, jwks: one, algorithms: ['EdDSA', 'ES256'] },
      { issuer: OTHER_ISSUER, audience: OTHER_AUDIENCE, jwks: other, algorithms: ['EdDSA'] },
    ],
    claims,
    header,
    good: (draw) => {
      const said = claims({ sub: draw.one(SUBJECTS), jti: String(draw.upTo(400)) })
      if (draw.chance(80)) return signed(key, header(), said)
      // These signatures differ each time they are made, so each token is made once.
      const text = JSON.stringify(said)
      const token = curved.get(text) ?? signed(curveKey, header({ alg: 'ES256', kid: curveKey.kid }), said)
      curved.set(text, token)
      return token
    },
    probe: signed(key, header(), claims({ sub: 'probe' })),
  }
}

export const encode = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')

export function signed(by: SigningKey, header: unknown, claims: unknown): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${signatureOf(by, input)}`
}

export function signatureOf(by: SigningKey, input: string): string {
  const bytes = Buffer.from(input)
  return by.alg === 'EdDSA'
    ? sign(null, bytes, by.privateKey).toString('base64url')
    : sign('sha256', bytes, { key: by.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

/** A token whose secret is something everybody can read. */
export function sealed(
  bits: 256 | 384 | 512,
  secret: Buffer | string,
  header: unknown,
  claims: unknown,
): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${createHmac(`sha${bits}`, secret).update(input).digest('base64url')}`
}

function keyOf(alg: SigningKey['alg'], kid: string): SigningKey {
  const { privateKey, publicKey } =
    alg === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
  return { kid, alg, privateKey, publicKey, jwk }
}
