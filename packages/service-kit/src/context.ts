import type { Caller } from '@stockgate/caller'
import type { ProblemDetail } from '@stockgate/problem'
import type { RouteEntry } from './route-table.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; set on every route that is not open. */
    caller: Caller
  }
  interface FastifyContextConfig {
    /** True for the health endpoints alone: no caller token is asked for. */
    open?: boolean
    /** Scopes the caller must hold, all of them. */
    scopes?: readonly string[]
    /** Scopes of which the caller must hold one; the narrowest stands first and is the one a refusal names. */
    anyScopes?: readonly string[]
  }
  interface FastifyInstance {
    /** Public base URL of the API, without trailing slash: the origin of problem types. */
    publicUrl: string
    /** Every route but the open ones. */
    routeTable: readonly RouteEntry[]
  }
}

/** A fault in a query parameter, as problems name it. */
export function queryFault(name: string, detail: string): ProblemDetail {
  return { pointer: `?${name}`, detail }
}
