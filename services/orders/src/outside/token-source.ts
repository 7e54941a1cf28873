import { Pool } from 'undici'

/** Access tokens of this service for another one. */
export interface TokenSource {
  /** A token good for a while yet; rejects when none can be had. */
  token(): Promise<string>
  /** Forgets a token that was refused, so that the next call asks for a new one. */
  drop(token: string): void
  close(): Promise<void>
}

export interface TokenSourceOptions {
  tokenUrl: URL
  clientId: string
  clientSecret: string
  /** Whose API the token is for (RFC 8707). */
  resource: string
  scope: string
  timeoutMs: number
  now?: () => number
}

interface Kept {
  readonly token: string
  /** From here on a new one is fetched while this one still serves. */
  readonly renewAt: number
  readonly goodUntil: number
}

/** After a failure nobody asks again for so long: an issuer that is down is not hammered. */
const REST_MS = 1_000
/** A token is not used in its last seconds: it would expire on the way. */
const MARGIN_MS = 5_000

/** Client credentials (RFC 6749 §4.4), one request at a time however many calls wait for it. */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const now = options.now ?? Date.now
  const { tokenUrl, timeoutMs } = options
  const pool = new Pool(tokenUrl.origin, {
    connections: 1,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: timeoutMs },
    maxResponseSize: 64 * 1024,
  })
  let kept: Kept | undefined
  let fetching: Promise<Kept> | undefined
  let failed: { readonly error: unknown; readonly until: number } | undefined

  async function fetchToken(): Promise<Kept> {
    const { clientId, clientSecret, resource, scope } = options
    const asked = now()
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: tokenUrl.pathname + tokenUrl.search,
      headers: {
        authorization: basic(clientId, clientSecret),
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope }).toString(),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const answer = (await body.json().catch(() => undefined)) as Record<string, unknown> | undefined
    if (statusCode !== 200 || typeof answer?.access_token !== 'string')
      throw new Error(`no token: the issuer answered ${statusCode} ${word(answer?.error)}`.trim())
    const lifetime = 1000 * (typeof answer.expires_in === 'number' ? answer.expires_in : 60)
    const goodUntil = asked + Math.max(lifetime - MARGIN_MS, lifetime / 2)
    return { token: answer.access_token, renewAt: asked + lifetime * 0.75, goodUntil }
  }

  function fetchOnce(): Promise<Kept> {
    if (failed && failed.until > now()) return Promise.reject(failed.error)
    fetching ??= fetchToken()
      .then(
        (fresh) => {
          failed = undefined
          kept = fresh
          return fresh
        },
        (error) => {
          failed = { error, until: now() + REST_MS }
          throw error
        },
      )
      .finally(() => {
        fetching = undefined
      })
    return fetching
  }

  return {
    async token() {
      if (!kept || kept.goodUntil <= now()) return (await fetchOnce()).token
      // Renewed before it is needed; a failure now is no failure yet.
      if (kept.renewAt <= now()) fetchOnce().catch(() => {})
      return kept.token
    },
    drop(token) {
      if (kept?.token === token) kept = undefined
    },
    close: () => pool.destroy(),
  }
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined. */
function basic(id: string, secret: string): string {
  const form = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  return `Basic ${Buffer.from(`${form(id)}:${form(secret)}`).toString('base64')}`
}

/** The issuer's error code and nothing else it may have sent. */
function word(value: unknown): string {
  return typeof value === 'string' && /^[\w-]{1,60}$/.test(value) ? value : ''
}
