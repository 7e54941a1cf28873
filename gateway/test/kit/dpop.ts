import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** What the gateways of tests are called. */
const ORIGIN = 'https://api.test'

/** A client's key, as a client would hold it. */
export interface HolderKey {
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
  readonly thumbprint: string
}

export async function holderKey(alg = 'ES256'): Promise<HolderKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  return { alg, privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) }
}

export interface ProofWish {
  method?: string
  path?: string
  token: string
  /** Milliseconds since the epoch. */
  now?: number
  /** Members given as undefined are left out. */
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  /** Signs in place of the holder's own key. */
  signer?: CryptoKey | Uint8Array
}

/** A good proof for GET, changed by `claims` and `header`. */
export async function proofOf(holder: HolderKey, wish: ProofWish): Promise<string> {
  const { method = 'GET', path = '/things', token, now = Date.now(), claims = {}, header = {} } = wish
  const payload = {
    jti: randomUUID(),
    htm: method,
    htu: ORIGIN + path,
    iat: Math.floor(now / 1000),
    ath: createHash('sha256').update(token).digest('base64url'),
    ...claims,
  }
  return new SignJWT(withoutUndefined(payload))
    .setProtectedHeader({
      ...withoutUndefined({ alg: holder.alg, typ: 'dpop+jwt', jwk: holder.publicJwk, ...header }),
    } as never)
    .sign(wish.signer ?? holder.privateKey)
}

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}
