import { AdminRefused, AdminUnreachable } from './admin-error.ts'
import { problemOf } from './api-client.ts'
import type { TokenSource } from './token-source.ts'

/** One call of the admin listener. */
export interface AdminCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query below the listener; ids in it are encoded by the caller. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Members that a good answer has: something else that listens there may answer 200 as well. */
  readonly holds?: readonly string[]
}

export interface AdminAnswer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

/** Calls of the admin listener in the name of one client. */
export interface AdminClient {
  /** Where it is, for messages. */
  readonly origin: string
  /**
   * Sends a call once, or a second time where the first was refused for its token alone. Resolves with any success;
   * rejects with an AdminRefused that holds the problem, an AdminUnreachable, or a TokenError.
   */
  send<Body = unknown>(call: AdminCall): Promise<AdminAnswer<Body>>
}

export interface AdminClientOptions {
  readonly admin: URL
  readonly tokens: TokenSource
  /** The client whose tokens they are, for messages. */
  readonly clientId: string
}

/** Longer than any answer may wait for all gateways. */
const WITHIN_MS = 45_000

export function createAdminClient({ admin, tokens, clientId }: AdminClientOptions): AdminClient {
  async function sendOnce({ method, path, body, headers }: AdminCall): Promise<Response> {
    const authorization = `Bearer ${await tokens.token()}`
    try {
      return await fetch(new URL(path, admin), {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(WITHIN_MS),
        headers: {
          accept: 'application/json, application/problem+json',
          authorization,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
      })
    } catch (cause) {
      throw new AdminUnreachable(admin, cause)
    }
  }

  return {
    origin: admin.origin,
    send: async <Body>(call: AdminCall) => {
      let response = await sendOnce(call)
      if (response.status === 401) {
        // It may have run out on the way; nothing was done with it.
        await response.body?.cancel()
        tokens.invalidate()
        response = await sendOnce(call)
      }
      const { status, headers } = response
      const body = await bodyOf(response)
      if (response.ok && isGood(call, status, body)) return { status, headers, body: body as Body }
      throw new AdminRefused({ call, status, body, problem: problemOf(body), clientId, admin })
    },
  }
}

function isGood({ holds = [] }: AdminCall, status: number, body: unknown): boolean {
  if (status === 204) return holds.length === 0
  return typeof body === 'object' && body !== null && holds.every((name) => name in body)
}

/** The JSON of an answer; undefined where it is none, as from something else that listens there. */
async function bodyOf(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text())
  } catch {
    return undefined
  }
}
