import type { ErrorCode } from '../errors/catalog.ts'
import { Refusal } from '../errors/refusal.ts'
import type { Flaw } from './flaw.ts'
import type { Demand } from './holder.ts'
import type { Scheme } from './presented.ts'
import { PROOF_ALGORITHMS } from './proof-key.ts'

export interface ChallengeParts {
  /** Parameters that lead on, such as `resource_metadata="…"`. */
  readonly guide: string
  /** How tokens have to be bound here. */
  readonly demand: Demand
  /** Whether API keys are taken here. */
  readonly keys: boolean
}

/** The refusals of missing and bad credentials, with the WWW-Authenticate of RFC 6750, 9449 and 9728. */
export interface Challenges {
  /** No credential at all: no error code, only where to learn how to get one. */
  noToken(detail?: string): Refusal
  /** `description` is for the client's developer: plain ASCII without quotes. */
  badToken(scheme: Scheme, description: string, cause?: unknown): Refusal
  /** A token that is good, in the wrong hands. */
  misheld(flaw: Flaw): Refusal
  /** More than one token, or one in two places. */
  ambiguous(): Refusal
  /** An unknown, an expired and a revoked key read alike; a key that cannot be one says so. */
  badKey(wellFormed: boolean): Refusal
  /** A key where only a token will do that is bound to its holder. */
  unboundKey(): Refusal
}

const ALGORITHMS = `algs="${PROOF_ALGORITHMS.join(' ')}"`
const BAD_FORM = 'The API key is malformed'
const BAD_KEY = 'The API key is not valid'

/**
 * Challenges of one kind of route; the texts are made once. Each scheme that is taken there is named: DPoP after
 * Bearer, for clients that read the first alone. No scheme for API keys is registered, so theirs names the header.
 */
export function createChallenges({ guide, demand, keys }: ChallengeParts): Challenges {
  const bearer = demand === 'dpop' ? null : `Bearer ${guide}`
  const dpop = demand === 'certificate' ? null : `DPoP ${ALGORITHMS}${bearer === null ? `, ${guide}` : ''}`
  const key = keys && demand === null ? 'ApiKey header="X-API-Key"' : null

  /** All challenges in one field, `more` behind the one it belongs to: behind the first where that is not taken. */
  function field(belongsTo: Scheme | 'ApiKey' | null, more = ''): string {
    const offered = { Bearer: bearer, DPoP: dpop, ApiKey: key }
    const told = belongsTo === null || offered[belongsTo] !== null ? belongsTo : bearer ? 'Bearer' : 'DPoP'
    const texts: string[] = []
    for (const [scheme, text] of Object.entries(offered))
      if (text !== null) texts.push(scheme === told ? text + more : text)
    return texts.join(', ')
  }

  function refuse(
    code: ErrorCode,
    belongsTo: Scheme | 'ApiKey',
    error: string,
    description: string,
    cause?: unknown,
  ): Refusal {
    const more = `, error="${error}", error_description="${description}"`
    return new Refusal(code, {
      detail: `${description}.`,
      headers: { 'www-authenticate': field(belongsTo, more) },
      ...(cause !== undefined && { cause }),
    })
  }

  const plain = { 'www-authenticate': field(null) }
  return {
    noToken: (detail) =>
      new Refusal('GW_NO_TOKEN', { ...(detail !== undefined && { detail }), headers: plain }),
    badToken: (scheme, description, cause) =>
      refuse('GW_BAD_TOKEN', scheme, 'invalid_token', description, cause),
    misheld: ({ scheme, error, description }) => refuse('GW_BAD_PROOF', scheme, error, description),
    ambiguous: () =>
      refuse('GW_TOKEN_FORM', 'Bearer', 'invalid_request', 'A token belongs into Authorization alone'),
    badKey: (wellFormed) => {
      const description = wellFormed ? BAD_KEY : BAD_FORM
      if (key !== null) return refuse('GW_BAD_KEY', 'ApiKey', 'invalid_key', description)
      return new Refusal('GW_BAD_KEY', { detail: `${description}.`, headers: plain })
    },
    unboundKey: () =>
      new Refusal('GW_BAD_PROOF', {
        detail: 'An API key cannot be bound to its holder; this call needs a token that is.',
        headers: plain,
      }),
  }
}

/** A token, or a key, that lacks a scope; `scheme` is the one it came with. */
export function insufficientScope(guide: string, scheme: Scheme, scope: string, words: string): Refusal {
  const challenge = `${scheme} error="insufficient_scope", scope="${scope}", ${guide}`
  return new Refusal('GW_SCOPE', {
    detail: `This call needs ${words}.`,
    headers: { 'www-authenticate': challenge },
  })
}
