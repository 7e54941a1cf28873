import type { Cursors } from '@stockgate/service-kit'
import type { FastifyRequest } from 'fastify'
import type { Fulfillments } from '../domain/fulfillments.ts'
import type { Mark, Orders } from '../domain/orders.ts'
import type { SagaRunner } from '../domain/saga-runner.ts'

/** What the routes work with. */
export interface RouteContext {
  readonly orders: Orders
  readonly fulfillments: Fulfillments
  readonly runner: SagaRunner
  readonly cursors: Cursors
}

/** Who acts in this request, for whatever it changes. */
export function markOf(request: FastifyRequest): Mark {
  const { sub, clientId } = request.caller
  return { actor: { sub, clientId }, traceId: request.id }
}
