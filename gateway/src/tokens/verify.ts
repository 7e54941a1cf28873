import type { Issuer } from '../settings.ts'
import { clientOf } from './claims.ts'
import type { Client } from './client.ts'
import type { KeySet } from './key-set.ts'
import { verifySignature } from './signature.ts'
import { readToken } from './token-parts.ts'
import { TokenRefused } from './token-refused.ts'

export interface TrustedIssuer extends Issuer {
  readonly keySet: KeySet
}

export interface Verified {
  readonly client: Client
  readonly issuer: string
  readonly kid: string
  /** The `jti` of the token; null where it has none. */
  readonly jti: string | null
  /** When it was issued, in seconds since the epoch. */
  readonly issued: number
  /** Until when the key it was verified with is believed, in milliseconds since the epoch. */
  readonly believedUntil: number
}

/** Checks a canonical token. Rejects with TokenRefused, or KeysUnreachable where it cannot be judged. */
export type Verify = (token: string) => Promise<Verified>

/**
 * Everything is demanded, nothing inferred: a known issuer, our audience, type at+jwt, an algorithm that issuer is
 * allowed, and exp, iat, sub and client_id. Keys come from the settings, never from what the token says. What costs
 * little is looked at first: a token that would be refused anyhow makes us fetch no key and check no signature.
 */
export function createVerify(issuers: readonly TrustedIssuer[], clock: () => number): Verify {
  const byName = new Map(issuers.map((one) => [one.issuer, one]))

  return async (token) => {
    const { header, claims } = readToken(token)
    const trusted = typeof claims.iss === 'string' ? byName.get(claims.iss) : undefined
    if (trusted === undefined) throw new TokenRefused('The issuer is not trusted')
    if (!trusted.algorithms.includes(header.alg))
      throw new TokenRefused('The algorithm of the token is not allowed')
    if (header.typ !== 'at+jwt') throw new TokenRefused('The token is not of type at+jwt')
    const client = clientOf(claims, trusted, clock() / 1000)
    await verifySignature(token, header.alg, await trusted.keySet.find(header.kid))
    return {
      client,
      issuer: trusted.issuer,
      kid: header.kid,
      jti: typeof claims.jti === 'string' ? claims.jti : null,
      issued: claims.iat as number,
      believedUntil: trusted.keySet.believedUntil(),
    }
  }
}
