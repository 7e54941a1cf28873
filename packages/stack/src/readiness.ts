import { setTimeout as pause } from 'node:timers/promises'

const PERIOD_MS = 50

/** Fulfilled once the address answers 2xx; rejects when the signal aborts. */
export async function untilOk(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    if ((await statusOf(url, {}, signal)).ok) return
    await pause(PERIOD_MS, undefined, { signal })
  }
}

/** The promise, or a rejection as soon as the signal aborts. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

export interface ProbeOptions {
  readonly gateway: string
  readonly clientId: string
  readonly clientSecret: string
  /** Paths that must answer 200 to a token of this client. */
  readonly paths: readonly string[]
  readonly signal: AbortSignal
  /** Hears what is being waited for whenever that changes. */
  readonly waiting: (what: string) => void
}

/** Fulfilled once real requests succeed through the gateway: one for a token, then each path with it. */
export async function untilServing(options: ProbeOptions): Promise<void> {
  const { gateway, signal } = options
  const token = await untilToken(options)
  for (const path of options.paths) {
    for (;;) {
      const answer = await statusOf(gateway + path, { headers: { authorization: `Bearer ${token}` } }, signal)
      if (answer.ok) break
      options.waiting(`GET ${path} through the gateway (${answer.said})`)
      await pause(PERIOD_MS * 2, undefined, { signal })
    }
  }
}

async function untilToken({
  gateway,
  clientId,
  clientSecret,
  signal,
  waiting,
}: ProbeOptions): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  })
  for (;;) {
    const answer = await statusOf(`${gateway}/identity/token`, { method: 'POST', body }, signal)
    const token = answer.ok ? (JSON.parse(answer.text) as { access_token?: string }).access_token : undefined
    if (token) return token
    waiting(`a token through the gateway (${answer.said})`)
    await pause(PERIOD_MS * 2, undefined, { signal })
  }
}

async function statusOf(
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<{ ok: boolean; said: string; text: string }> {
  signal.throwIfAborted()
  try {
    const response = await fetch(url, {
      ...init,
      signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
    })
    const text = await response.text()
    return { ok: response.ok, said: String(response.status), text }
  } catch {
    signal.throwIfAborted()
    return { ok: false, said: 'no answer', text: '' }
  }
}
