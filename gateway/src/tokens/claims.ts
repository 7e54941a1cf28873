import type { Issuer } from '../settings.ts'
import type { Client } from './client.ts'
import { readConfirmation } from './confirmation.ts'
import { TokenRefused } from './token-refused.ts'

/** What the claims of a token must agree with. */
export type Expected = Pick<Issuer, 'issuer' | 'audience' | 'expLeeway' | 'nbfLeeway' | 'iatLeeway'>

/** The end of the year 9999: no moment is later, and sums stay exact. */
const LAST_SECOND = 253_402_300_799
const LONGEST_NAME = 256
const MOST_SCOPES = 256

/**
 * The client a token speaks for, if every claim is as we demand it; `now` in seconds. Throws TokenRefused. Says nothing
 * about who wrote the claims.
 */
export function clientOf(claims: Readonly<Record<string, unknown>>, expected: Expected, now: number): Client {
  if (!isFor(claims.aud, expected.audience)) throw unacceptable('aud', claims.aud)
  const expires = secondsOf(claims, 'exp')
  const issued = secondsOf(claims, 'iat')
  if (expires <= now - expected.expLeeway) throw new TokenRefused('The token has expired')
  if (issued > now + expected.iatLeeway) throw new TokenRefused('The token was issued in the future')
  if (claims.nbf !== undefined && secondsOf(claims, 'nbf') > now + expected.nbfLeeway)
    throw new TokenRefused('The token is not valid yet')
  const sub = nameOf(claims, 'sub')
  const clientId = nameOf(claims, 'client_id')
  // Who the token was made for, in the words of OpenID Connect: two answers to one question are none.
  if (claims.azp !== undefined && claims.azp !== clientId) throw unacceptable('azp', claims.azp)
  if (claims.jti !== undefined) nameOf(claims, 'jti')
  return Object.freeze({
    sub,
    clientId,
    scopes: scopesOf(claims.scope),
    claims: textsOf(claims),
    expires,
    confirmation: readConfirmation(claims.cnf),
    callerTokens: new Map(),
  })
}

/**
 * Ours and nobody else's. RFC 7519 lets a token have several audiences; then each of them could send it to us as if it
 * were the client, so a list is taken only where we are all of it.
 */
function isFor(aud: unknown, audience: string): boolean {
  return aud === audience || (Array.isArray(aud) && aud.length === 1 && aud[0] === audience)
}

/** A moment in whole seconds: no text, no fraction, nothing beyond what a clock can show. */
function secondsOf(claims: Readonly<Record<string, unknown>>, name: string): number {
  const value = claims[name]
  if (value === undefined) throw unacceptable(name, value)
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > LAST_SECOND)
    throw new TokenRefused(`The claim ${name} is no moment in whole seconds`)
  return value as number
}

function nameOf(claims: Readonly<Record<string, unknown>>, name: string): string {
  const value = claims[name]
  if (value === undefined) throw unacceptable(name, value)
  if (typeof value !== 'string' || value === '') throw new TokenRefused(`The claim ${name} is not a text`)
  if (value.length > LONGEST_NAME || !value.isWellFormed())
    throw new TokenRefused(`The claim ${name} is not acceptable here`)
  return value
}

function scopesOf(scope: unknown = ''): ReadonlySet<string> {
  if (typeof scope !== 'string') throw new TokenRefused('The claim scope is not a text')
  const scopes = new Set(scope.split(' ').filter((one) => one !== ''))
  if (scopes.size > MOST_SCOPES) throw new TokenRefused('The token has too many scopes')
  return scopes
}

/** Without a prototype, so that no claim is found that nobody wrote. */
function textsOf(claims: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const texts: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(claims)) if (typeof value === 'string') texts[name] = value
  return Object.freeze(texts)
}

function unacceptable(claim: string, value: unknown): TokenRefused {
  return new TokenRefused(
    value === undefined ? `The claim ${claim} is missing` : `The claim ${claim} is not acceptable here`,
  )
}
