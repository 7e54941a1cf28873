import type { Cursors } from '@stockgate/service-kit'
import type { FastifyRequest } from 'fastify'
import type { Catalogue } from '../domain/catalogue.ts'
import type { DocumentHead } from '../domain/document.ts'
import type { Ledger } from '../domain/ledger.ts'
import type { Locations } from '../domain/locations.ts'
import type { Reservations } from '../domain/reservations.ts'
import type { StockLevels } from '../domain/stock-levels.ts'

/** What the routes work with. */
export interface RouteContext {
  readonly catalogue: Catalogue
  readonly locations: Locations
  readonly stockLevels: StockLevels
  readonly ledger: Ledger
  readonly reservations: Reservations
  readonly cursors: Cursors
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Who did something and in which request: what every ledger row says of its cause. */
export function causeOf(request: FastifyRequest): Pick<DocumentHead, 'actor' | 'traceId'> {
  const { sub, clientId } = request.caller
  return { actor: { sub, clientId }, traceId: request.id }
}
