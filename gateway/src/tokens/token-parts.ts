import { readStrictObject } from './strict-json.ts'
import { TokenRefused } from './token-refused.ts'

/** What a token says of itself, before anybody has verified that its issuer said so. */
export interface TokenParts {
  readonly header: TokenHeader
  readonly claims: Readonly<Record<string, unknown>>
}

export interface TokenHeader {
  readonly alg: string
  readonly kid: string
  /** Lower case, without `application/`; empty where there is none. */
  readonly typ: string
}

const HEADER_BOUNDS = { deepest: 4, most: 32 }
const CLAIMS_BOUNDS = { deepest: 8, most: 256 }
/**
 * Members that change what is signed or name keys: extensions, payloads that are not encoded or are compressed, nested
 * tokens, keys from elsewhere. None is ever followed; who sends one wants something of us that we do not do.
 */
const REFUSED = ['crit', 'b64', 'zip', 'cty', 'enc', 'jku', 'x5u', 'jwk', 'x5c']
const KID = /^[\x20-\x7e]{1,256}$/

/** Reads a canonical token without any cryptography. Throws TokenRefused where it is none that we could take. */
export function readToken(token: string): TokenParts {
  const afterHeader = token.indexOf('.')
  const header = readHeader(token.slice(0, afterHeader))
  const claims = token.slice(afterHeader + 1, token.lastIndexOf('.'))
  return { header, claims: objectOf(claims, CLAIMS_BOUNDS) }
}

/** Reads the first part of a token. Throws TokenRefused. */
export function readHeader(segment: string): TokenHeader {
  const header = objectOf(segment, HEADER_BOUNDS)
  for (const name of REFUSED)
    if (Object.hasOwn(header, name)) throw new TokenRefused(`The header ${name} is not taken`)
  const { alg, kid, typ = '' } = header
  if (typeof alg !== 'string' || typeof typ !== 'string') throw new TokenRefused('The token is malformed')
  if (kid === undefined) throw new TokenRefused('The token does not name its key')
  if (typeof kid !== 'string' || !KID.test(kid)) throw new TokenRefused('The header kid is malformed')
  return { alg, kid, typ: typ.toLowerCase().replace(/^application\//, '') }
}

function objectOf(segment: string, bounds: typeof CLAIMS_BOUNDS): Record<string, unknown> {
  const object = readStrictObject(Buffer.from(segment, 'base64url'), bounds)
  if (object === undefined) throw new TokenRefused('The token is malformed')
  return object
}
