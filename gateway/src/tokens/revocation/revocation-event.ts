/** Which tokens hold no longer. Where an issuer is named, only its tokens; otherwise those of any. */
export type RevokedTokens =
  /** The one token of this `jti`. */
  | { readonly by: 'jti'; readonly jti: string; readonly issuer: string | null }
  /** The one token of this SHA-256, base64url, over the whole of it. */
  | { readonly by: 'token'; readonly hash: string }
  /** All of a user that were issued until then; milliseconds since the epoch. */
  | { readonly by: 'sub'; readonly sub: string; readonly issuer: string | null; readonly issuedUntil: number }
  /** All of a client, likewise. */
  | {
      readonly by: 'client'
      readonly client: string
      readonly issuer: string | null
      readonly issuedUntil: number
    }

/** One entry of the `revocations` journal. Nothing in it lets anybody call anything. */
export interface RevocationEvent {
  readonly kind: 'revoked'
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Who asked for it. */
  readonly author: string
  readonly reason: string
  readonly tokens: RevokedTokens
  /** Afterwards none of these tokens is good any more by itself, so nobody needs to be told. */
  readonly until: number
}

/** An entry as it was read; undefined where it is none of ours. A journal may have been written by a later version. */
export function readRevocationEvent(entry: unknown): RevocationEvent | undefined {
  const event = (entry ?? {}) as Record<string, unknown>
  const good =
    event.kind === 'revoked' &&
    [event.id, event.author, event.reason].every((text) => typeof text === 'string') &&
    [event.at, event.until].every(isTime) &&
    isRevokedTokens(event.tokens)
  return good ? (entry as RevocationEvent) : undefined
}

function isRevokedTokens(value: unknown): boolean {
  const tokens = (value ?? {}) as Record<string, unknown>
  if (tokens.by === 'token') return typeof tokens.hash === 'string'
  if (tokens.issuer !== null && typeof tokens.issuer !== 'string') return false
  if (tokens.by === 'jti') return typeof tokens.jti === 'string'
  if (!isTime(tokens.issuedUntil)) return false
  return tokens.by === 'sub'
    ? typeof tokens.sub === 'string'
    : tokens.by === 'client' && typeof tokens.client === 'string'
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value)
}
