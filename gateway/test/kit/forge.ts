import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'

/** Makes tokens out of any texts with node:crypto alone, so that what checks them is nobody's own work. */
export interface Forge {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The public key as an issuer publishes it. */
  readonly jwk: Record<string, unknown>
  /** A token of these texts, signed as it should be. */
  sign(header: object | string, claims: object | string): string
  /** A good access token, changed by `claims` and `header`; a member given as undefined is left out. */
  token(claims?: object, header?: object): string
}

export interface ForgeOptions {
  readonly issuer?: string
  readonly audience?: string
  readonly kid?: string
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** A fresh ES256 key and what can be signed with it. */
export function createForge(options: ForgeOptions = {}): Forge {
  const { issuer = 'https://issuer.test', audience = 'https://api.test', now = Date.now } = options
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const exported = publicKey.export({ format: 'jwk' })
  const kid = options.kid ?? createHash('sha256').update(JSON.stringify(exported)).digest('base64url')

  const signTexts: Forge['sign'] = (header, claims) => {
    const input = `${base64url(header)}.${base64url(claims)}`
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${input}.${signature.toString('base64url')}`
  }
  return {
    kid,
    privateKey,
    publicKey,
    jwk: { ...exported, kid, alg: 'ES256', use: 'sig' },
    sign: signTexts,
    token: (claims = {}, header = {}) => {
      const iat = Math.floor(now() / 1000)
      const good = { iss: issuer, aud: audience, sub: 'test', client_id: 'test', iat, exp: iat + 300 }
      return signTexts(
        { alg: 'ES256', typ: 'at+jwt', kid, ...header },
        { ...good, jti: randomUUID(), ...claims },
      )
    },
  }
}

/** A text, or the JSON of an object, in base64url. */
export function base64url(value: object | string): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}
