import { createPublicKey } from 'node:crypto'
import type { JWK } from 'jose'

/** Shorter ones are refused by jose with every token they should verify. */
const SHORTEST_RSA_BITS = 2048

/** Whether an entry of a key set can verify signatures: whole, of a known kind, and neither a secret nor a private half. */
export function isPublicKey(entry: unknown): entry is JWK {
  if (typeof entry !== 'object' || entry === null) return false
  const { kty, d } = entry as JWK
  if (kty === 'oct' || d !== undefined) return false
  try {
    const { modulusLength } = createPublicKey({ key: entry, format: 'jwk' }).asymmetricKeyDetails ?? {}
    return modulusLength === undefined || modulusLength >= SHORTEST_RSA_BITS
  } catch {
    return false
  }
}
