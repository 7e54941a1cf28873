import type { Confirmation } from './client.ts'
import { TokenRefused } from './token-refused.ts'

/** A SHA-256 in base64url, in its one canonical spelling: the last of its letters holds four bits. */
const THUMBPRINT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/
const X5T = 'x5t#S256'

/**
 * Reads the claim `cnf` (RFC 7800): bound to a DPoP key, to a certificate, or to both. Null where the token is bound to
 * nothing. One that is bound in a way we cannot check is refused: taken as a bearer token it would lose its bond.
 */
export function readConfirmation(cnf: unknown): Confirmation | null {
  if (cnf === undefined) return null
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) throw malformed()
  const { jkt = null, [X5T]: x5t = null, ...others } = cnf as Record<string, unknown>
  if (Object.keys(others).length > 0) throw new TokenRefused('The token is bound in a way not known here')
  if (jkt === null && x5t === null) throw malformed()
  return Object.freeze({ jkt: thumbprintOf(jkt), x5t: thumbprintOf(x5t) })
}

function thumbprintOf(value: unknown): string | null {
  if (value === null) return null
  if (typeof value !== 'string' || !THUMBPRINT.test(value)) throw malformed()
  return value
}

function malformed(): TokenRefused {
  return new TokenRefused('The claim cnf is malformed')
}
