import type { RevocationEvent, RevokedTokens } from './revocation-event.ts'

/** What of a verified token a revocation may speak of. */
export interface RevocableToken {
  readonly id: string
  readonly issuer: string
  readonly jti: string | null
  /** Seconds since the epoch. */
  readonly issued: number
  readonly client: { readonly sub: string; readonly clientId: string }
}

/** The revocations that still mean something, all of them in memory: a request asks no store. */
export interface RevocationBook {
  apply(event: RevocationEvent): void
  matches(token: RevocableToken, now: number): boolean
  /** Those that have not run out, the oldest first. */
  active(now: number): RevocationEvent[]
}

/** After so many entries those that have run out are swept. */
const SWEEP_EVERY = 1_000

export function createRevocationBook(): RevocationBook {
  const byId = new Map<string, RevocationEvent>()
  /** By what they name: a token looks for each of its own names. */
  const byName = new Map<string, RevocationEvent[]>()
  let applied = 0

  function sweep(now: number): void {
    for (const [id, event] of byId) if (event.until <= now) byId.delete(id)
    for (const [name, events] of byName) {
      const left = events.filter(({ until }) => until > now)
      if (left.length > 0) byName.set(name, left)
      else byName.delete(name)
    }
  }

  return {
    apply: (event) => {
      // The first word about an id counts.
      if (byId.has(event.id)) return
      byId.set(event.id, event)
      const name = nameOf(event.tokens)
      const same = byName.get(name)
      if (same === undefined) byName.set(name, [event])
      else same.push(event)
      if (++applied % SWEEP_EVERY === 0) sweep(event.at)
    },
    matches: (token, now) => {
      if (byName.size === 0) return false
      return namesOf(token).some((name) =>
        byName.get(name)?.some((event) => event.until > now && speaksOf(event.tokens, token)),
      )
    },
    active: (now) => [...byId.values()].filter(({ until }) => until > now),
  }
}

/** Whether these are tokens that a token is one of. */
export function speaksOf(tokens: RevokedTokens, token: RevocableToken): boolean {
  if (tokens.by === 'token') return tokens.hash === token.id
  if (tokens.issuer !== null && tokens.issuer !== token.issuer) return false
  if (tokens.by === 'jti') return tokens.jti === token.jti
  if (token.issued * 1000 > tokens.issuedUntil) return false
  return tokens.by === 'sub' ? tokens.sub === token.client.sub : tokens.client === token.client.clientId
}

function nameOf(tokens: RevokedTokens): string {
  if (tokens.by === 'token') return `token ${tokens.hash}`
  if (tokens.by === 'jti') return `jti ${tokens.jti}`
  return tokens.by === 'sub' ? `sub ${tokens.sub}` : `client ${tokens.client}`
}

function namesOf({ id, jti, client: { sub, clientId } }: RevocableToken): string[] {
  const names = [`token ${id}`, `sub ${sub}`, `client ${clientId}`]
  if (jti !== null) names.push(`jti ${jti}`)
  return names
}
