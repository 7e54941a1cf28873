import { setTimeout as pause } from 'node:timers/promises'
import { noAnswer } from './no-answer.ts'

/** Why no token could be had; the message is one line that says what to do. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
}

export interface TokenSourceOptions {
  readonly gateway: URL
  readonly clientId: string
  readonly clientSecret: string
  /** Milliseconds; a test's own clock. */
  readonly now?: () => number
}

/** Access tokens of one client. */
export interface TokenSource {
  /** A token that stays valid for a while yet; concurrent callers share one request. Rejects with a TokenError. */
  token(): Promise<string>
  /** Forgets the present token, for instance after a 401. */
  invalidate(): void
}

/** A token is not handed out in its last seconds, so a request under way does not outlive it. */
const SAFETY_MS = 30_000
const MOST_TRIES = 5
const LONGEST_PAUSE_S = 30

interface Grant {
  readonly accessToken: string
  readonly lifetimeMs: number
}

/** Gets tokens by client credentials from the identity service behind a gateway, and keeps each while it is good. */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const now = options.now ?? Date.now
  let current: { promise: Promise<string>; freshUntil: number } | undefined

  function renew(): Promise<string> {
    const entry = { promise: Promise.resolve(''), freshUntil: Number.POSITIVE_INFINITY }
    const asked = now()
    entry.promise = requestToken(options).then(
      ({ accessToken, lifetimeMs }) => {
        entry.freshUntil = asked + lifetimeMs - Math.min(SAFETY_MS, lifetimeMs / 2)
        return accessToken
      },
      (error: unknown) => {
        if (current === entry) current = undefined
        throw error
      },
    )
    current = entry
    return entry.promise
  }

  return {
    token: () => (current && current.freshUntil > now() ? current.promise : renew()),
    invalidate: () => {
      current = undefined
    },
  }
}

async function requestToken(options: TokenSourceOptions): Promise<Grant> {
  const { gateway, clientId, clientSecret } = options
  for (let attempt = 1; ; attempt++) {
    const response = await post(gateway, clientId, clientSecret)
    const busy = response.status === 429 || response.status === 503
    if (busy && attempt < MOST_TRIES) {
      await response.body?.cancel()
      await pause(retryAfterSeconds(response) * 1000)
      continue
    }
    return readGrant(response, options)
  }
}

async function post(gateway: URL, clientId: string, clientSecret: string): Promise<Response> {
  try {
    return await fetch(new URL('/identity/token', gateway), {
      method: 'POST',
      headers: { authorization: basic(clientId, clientSecret), accept: 'application/json' },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      signal: AbortSignal.timeout(15_000),
    })
  } catch (cause) {
    const hint = noAnswer(gateway, cause, 'start it with pnpm start, or name another with --gateway')
    throw new TokenError(`gateway not reachable at ${gateway.origin}: ${hint}`, { cause })
  }
}

async function readGrant(response: Response, { gateway, clientId }: TokenSourceOptions): Promise<Grant> {
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>
  if (response.ok && typeof answer.access_token === 'string') {
    const lifetimeMs = Number(answer.expires_in ?? 60) * 1000
    return { accessToken: answer.access_token, lifetimeMs }
  }
  if (answer.error === 'invalid_client')
    throw new TokenError(
      `${gateway.origin} does not know the client "${clientId}" with this secret: check the name, or pass --secret`,
    )
  const reason = answer.error_description ?? answer.detail ?? answer.title ?? 'no reason given'
  throw new TokenError(`${gateway.origin} gave no token for "${clientId}": ${response.status} ${reason}`)
}

/** Form encoding before base64, as OAuth 2.0 wants of client credentials in a header. */
function basic(clientId: string, clientSecret: string): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`
}

function retryAfterSeconds(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? 1)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0.1), LONGEST_PAUSE_S) : 1
}
