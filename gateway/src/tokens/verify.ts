import { errors, type JWTPayload, jwtVerify } from 'jose'
import type { Issuer } from '../settings.ts'
import type { Client } from './client.ts'
import { type KeySet, KeysUnreachable } from './key-set.ts'

/** How far the clocks of an issuer and ours may be apart. */
const TOLERANCE_S = 5
const CLAIMS = ['exp', 'iat', 'sub', 'client_id']

export interface TrustedIssuer extends Issuer {
  readonly keySet: KeySet
}

export interface Verified {
  readonly client: Client
  readonly issuer: string
  readonly kid: string
}

/** Why a token is refused; the message is for the client's developer. */
export class TokenRefused extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'TokenRefused'
  }
}

/** Checks a canonical token. Rejects with TokenRefused, or KeysUnreachable where it cannot be judged. */
export type Verify = (token: string) => Promise<Verified>

/**
 * Everything is demanded, nothing inferred: a known issuer, our audience, type at+jwt, an algorithm that issuer is
 * allowed, and exp, iat, sub and client_id. Keys come from the settings, never from what the token says.
 */
export function createVerify(issuers: readonly TrustedIssuer[], clock: () => number): Verify {
  const byName = new Map(issuers.map((one) => [one.issuer, one]))

  return async (token) => {
    const trusted = byName.get(issuerOf(token) ?? '')
    if (!trusted) throw new TokenRefused('The issuer is not trusted')
    const now = clock()
    try {
      const { payload, protectedHeader } = await jwtVerify(token, trusted.keySet.find, {
        issuer: trusted.issuer,
        audience: trusted.audience,
        algorithms: [...trusted.algorithms],
        typ: 'at+jwt',
        requiredClaims: CLAIMS,
        clockTolerance: TOLERANCE_S,
        currentDate: new Date(now),
      })
      return {
        client: clientOf(payload, now / 1000),
        issuer: trusted.issuer,
        kid: protectedHeader.kid ?? '',
      }
    } catch (error) {
      if (error instanceof KeysUnreachable || error instanceof TokenRefused) throw error
      if (error instanceof errors.JOSEError) throw new TokenRefused(reasonOf(error), error)
      throw error
    }
  }
}

/** The `iss` of a token nobody has verified: it only chooses whose keys are tried. */
function issuerOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const issuer = (claims as JWTPayload | null)?.iss
    return typeof issuer === 'string' ? issuer : undefined
  } catch {
    return undefined
  }
}

function clientOf(payload: JWTPayload, now: number): Client {
  const { sub, client_id: clientId, scope = '', exp = 0, iat = 0 } = payload
  if (typeof sub !== 'string' || sub === '') throw new TokenRefused('The claim sub is not a text')
  if (typeof clientId !== 'string' || clientId === '')
    throw new TokenRefused('The claim client_id is not a text')
  if (typeof scope !== 'string') throw new TokenRefused('The claim scope is not a text')
  if (iat > now + TOLERANCE_S) throw new TokenRefused('The token was issued in the future')
  const scopes = new Set(scope.split(' ').filter((one) => one !== ''))
  return Object.freeze({
    sub,
    clientId,
    scopes,
    claims: textsOf(payload),
    expires: exp,
    confirmation: null,
    callerTokens: new Map(),
  })
}

/** Without a prototype, so that no claim is found that nobody wrote. */
function textsOf(payload: JWTPayload): Readonly<Record<string, string>> {
  const texts: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(payload)) if (typeof value === 'string') texts[name] = value
  return Object.freeze(texts)
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return `The claim ${error.claim} is missing`
    return error.claim === 'nbf'
      ? 'The token is not valid yet'
      : `The claim ${error.claim} is not acceptable here`
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The algorithm of the token is not allowed'
  if (error instanceof errors.JWKSNoMatchingKey) return 'The key of the token is not known'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token is wrong'
  return 'The token is malformed'
}
