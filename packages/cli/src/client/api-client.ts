import { Agent, type Dispatcher, request } from 'undici'
import { RefusedError, UnreachableError } from './api-error.ts'
import { type Outcome, retryKind, retryPause } from './retry-pause.ts'
import type { StopSwitch } from './stop-switch.ts'
import { TokenError, type TokenSource } from './token-source.ts'

/** One call. It may be sent several times, so it must be safe to repeat: a GET, a PUT, or a POST with a key. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Path and query below the gateway. */
  readonly path: string
  readonly body?: unknown
  readonly idempotencyKey?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer that is worth looking at; 429 and passing trouble were waited out before. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

/** What it took to get the answers. */
export interface CallCounts {
  calls: number
  /** Attempts after a lost connection or a 502, 503 or 504. */
  retried: number
  /** Answers 429. */
  limited: number
  /** Milliseconds spent waiting because of 429. */
  limitedMs: number
}

export interface ApiClient {
  /** Sends until there is an answer. Rejects with UnreachableError, StoppedError or a TokenError. */
  send(call: Call): Promise<Answer>
  /** As `send`, and rejects with a RefusedError when the status is not one of `expected`. */
  expect(call: Call, expected: readonly number[]): Promise<Answer>
  readonly counts: Readonly<CallCounts>
  close(): Promise<void>
}

export interface ApiClientOptions {
  readonly gateway: URL
  readonly tokens: TokenSource
  readonly stop: StopSwitch
  readonly connections: number
  /** How long a call is tried while nothing answers properly; long enough for a restart of a service. */
  readonly patienceMs?: number
  readonly random?: () => number
}

const PATIENCE_MS = 75_000
/** A rate limit is obeyed this long for one call, then something else is wrong. */
const LIMITED_PATIENCE_MS = 600_000
const ATTEMPT_MS = 30_000

/** A client of the API behind a gateway that repeats calls until they are answered, within bounds. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const { gateway, tokens, stop, connections, patienceMs = PATIENCE_MS, random = Math.random } = options
  const agent = new Agent({ connections, pipelining: 1, connect: { timeout: 5_000 } })
  const counts: CallCounts = { calls: 0, retried: 0, limited: 0, limitedMs: 0 }
  let hadToken = false

  async function send(call: Call): Promise<Answer> {
    counts.calls++
    const patience = { transient: patienceMs, limited: LIMITED_PATIENCE_MS }
    let renewed = false
    for (let attempt = 1; ; attempt++) {
      const started = performance.now()
      const result = await attemptOnce(call)
      if ('answer' in result && result.answer.status === 401 && !renewed) {
        renewed = true
        tokens.invalidate()
        continue
      }
      const kind = retryKind(result.outcome)
      if (!kind && 'answer' in result) return result.answer
      const failed = kind ?? 'transient'
      const wait = retryPause(result.outcome, attempt, random(), Date.now())
      patience[failed] -= performance.now() - started + wait
      if (patience[failed] < 0) throw exhausted(call, result)
      counts[failed === 'limited' ? 'limited' : 'retried']++
      if (failed === 'limited') counts.limitedMs += wait
      await stop.wait(wait)
    }
  }

  type Attempt = { outcome: Outcome } & ({ answer: Answer } | { error: Error })

  async function attemptOnce({ method, path, body, idempotencyKey, headers }: Call): Promise<Attempt> {
    try {
      const token = await tokens.token()
      hadToken = true
      const response = await request(new URL(path, gateway), {
        dispatcher: agent,
        method,
        signal: AbortSignal.timeout(ATTEMPT_MS),
        headers: {
          accept: 'application/json, application/problem+json',
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(idempotencyKey !== undefined && { 'idempotency-key': `"${idempotencyKey}"` }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
      })
      const answer = { status: response.statusCode, headers: response.headers, body: await jsonOf(response) }
      return { answer, outcome: outcomeOf(answer) }
    } catch (error) {
      // A client that never got a token is told at once; one that had some waits for the next as for any answer.
      if (error instanceof TokenError && !hadToken) throw error
      return {
        error: error as Error,
        outcome: { status: undefined, problem: undefined, retryAfter: undefined },
      }
    }
  }

  function exhausted(call: Call, result: Attempt): Error {
    if ('answer' in result) return new RefusedError(call, result.answer)
    if (result.error instanceof TokenError) return result.error
    const reason = (result.error as NodeJS.ErrnoException).code ?? result.error.message
    return new UnreachableError(
      `no answer from ${gateway.origin} for ${Math.round(patienceMs / 1000)} s (${reason}): ` +
        'is it running? start it with pnpm start, or name another with --gateway',
      { cause: result.error },
    )
  }

  return {
    send,
    counts,
    expect: async (call, expected) => {
      const answer = await send(call)
      if (!expected.includes(answer.status)) throw new RefusedError(call, answer)
      return answer
    },
    close: () => agent.close(),
  }
}

function outcomeOf({ status, headers, body }: Answer): Outcome {
  const retryAfter = headers['retry-after']
  return {
    status,
    problem: problemOf(body),
    retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
  }
}

/** The slug of a problem document: the last segment of its type, whatever origin serves it. */
export function problemOf(body: unknown): string | undefined {
  const type = (body as { type?: unknown } | undefined)?.type
  return typeof type === 'string' ? type.split(/[/#]/).at(-1) : undefined
}

/** The JSON of an answer. A success that is no JSON is as good as no answer; a failure may be anything. */
async function jsonOf({ statusCode, body }: Dispatcher.ResponseData): Promise<unknown> {
  const text = await body.text()
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch (error) {
    if (statusCode < 300) throw error
    return undefined
  }
}
