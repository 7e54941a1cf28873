import { compactVerify, errors } from 'jose'
import type { RingKey } from '../settings/key-ring.ts'
import { TokenRefused } from './token-refused.ts'

/** Checks the signature of a canonical token with a key of its issuer. Rejects with TokenRefused. */
export async function verifySignature(
  token: string,
  algorithm: string,
  found: RingKey | undefined,
): Promise<void> {
  if (found === undefined) throw new TokenRefused('The key of the token is not known')
  if (!found.suits(algorithm)) throw new TokenRefused('The key of the token is not for its algorithm')
  try {
    await compactVerify(token, found.key, { algorithms: [algorithm] })
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed)
      throw new TokenRefused('The signature of the token is wrong', error)
    if (error instanceof errors.JOSEError) throw new TokenRefused('The token is malformed', error)
    throw error
  }
}
