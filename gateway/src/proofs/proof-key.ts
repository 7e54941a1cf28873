import { hash } from 'node:crypto'
import { importJWK, type JWK } from 'jose'
import { LRUCache } from 'lru-cache'

/** What a proof may be signed with. Asymmetric only: a key both sides have proves nothing. */
export const PROOF_ALGORITHMS: readonly string[] = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'RS256',
  'EdDSA',
  'Ed25519',
]

/** For each kind of key the members its thumbprint is made of, in the order of RFC 7638 and RFC 8037. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
}
const SECRET = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
/** Letters of a modulus of 2048 and of 4096 bits. A longer one, or a long exponent, would cost us dearly. */
const MODULUS = { least: 342, most: 683 }
const LONGEST_EXPONENT = 6

/** The thumbprint (RFC 7638) of a public key as a proof brings it; null for anything else. */
export function thumbprintOf(jwk: unknown): string | null {
  if (typeof jwk !== 'object' || jwk === null) return null
  const { kty, n, e } = jwk as JWK
  const members = typeof kty === 'string' && Object.hasOwn(MEMBERS, kty) ? MEMBERS[kty] : undefined
  if (members === undefined || SECRET.some((name) => Object.hasOwn(jwk, name))) return null
  const written: Record<string, string> = {}
  for (const name of members) {
    const value = (jwk as Record<string, unknown>)[name]
    if (typeof value !== 'string' || value === '') return null
    written[name] = value
  }
  if (kty === 'RSA') {
    const [modulus, exponent] = [(n as string).length, (e as string).length]
    if (modulus < MODULUS.least || modulus > MODULUS.most || exponent > LONGEST_EXPONENT) return null
  }
  return hash('sha256', JSON.stringify(written), 'base64url')
}

/** Gives the key of a proof. Rejects where the algorithm and the key do not go together. */
export type ProofKeys = (jwk: JWK, alg: string, thumbprint: string) => Promise<CryptoKey>

const KEPT_MOST = 2_000

/** A client signs all its proofs with one key, so keys are read once. Only keys that tokens are bound to get here. */
export function createProofKeys(): ProofKeys {
  const kept = new LRUCache<string, CryptoKey>({ max: KEPT_MOST })
  return async (jwk, alg, thumbprint) => {
    const id = `${alg} ${thumbprint}`
    let key = kept.get(id)
    if (key === undefined) {
      // Of the members that the thumbprint vouches for alone: `use`, `key_ops` or `ext` are the client's talk.
      const { kty, crv, x, y, n, e } = jwk
      key = (await importJWK(withoutUndefined({ kty, crv, x, y, n, e }), alg)) as CryptoKey
      kept.set(id, key)
    }
    return key
  }
}

function withoutUndefined(jwk: Record<string, string | undefined>): JWK {
  return Object.fromEntries(Object.entries(jwk).filter(([, value]) => value !== undefined)) as JWK
}
