import type { Cursors } from '@stockgate/service-kit'
import type { FastifyRequest } from 'fastify'
import type { DocumentHead } from '../domain/document.ts'
import type { Database } from '../store/tables.ts'

/** What the routes work with. */
export interface RouteContext {
  readonly db: Database
  readonly cursors: Cursors
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Who did something and in which request: what every ledger row says of its cause. */
export function causeOf(request: FastifyRequest): Pick<DocumentHead, 'actor' | 'traceId'> {
  const { sub, clientId } = request.caller
  return { actor: { sub, clientId }, traceId: request.id }
}
