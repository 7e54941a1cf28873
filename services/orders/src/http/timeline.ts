import {
  listName,
  listQuery,
  page,
  pageOf,
  problemResponses,
  type ServiceApp,
  Timestamp,
  USUAL_LIMIT,
} from '@stockgate/service-kit'
import Type from 'typebox'
import type { TimelineEntry } from '../domain/orders.ts'
import { READ, readable } from './access.ts'
import type { RouteContext } from './context.ts'

const Entry = Type.Object({
  type: Type.String({ description: 'Such as `order.confirmed`; clients take new words as they come.' }),
  data: Type.Record(Type.String(), Type.Unknown()),
  actor: Type.Union([Type.Object({ sub: Type.String(), client_id: Type.String() }), Type.Null()], {
    description: 'Null where the service acted by itself.',
  }),
  trace_id: Type.String(),
  occurred_at: Timestamp,
})

/** `GET /orders/{order_id}/timeline`: everything that happened to an order. */
export function timelineRoute(app: ServiceApp, { orders, cursors }: RouteContext): void {
  app.get(
    '/orders/:order_id/timeline',
    {
      config: READ,
      schema: {
        operationId: 'readTimeline',
        summary: 'Read what happened to an order, from the beginning on',
        description: 'With `ops:read` also the steps its sagas took at products.',
        tags: ['orders'],
        params: Type.Object({ order_id: Type.String() }),
        querystring: listQuery({}),
        response: { 200: page(Entry), ...problemResponses(400, 401, 403, 404) },
      },
    },
    async (request, reply) => {
      const { limit = USUAL_LIMIT, cursor } = request.query
      const order = readable(request.caller, await orders.find(request.params.order_id))
      const entries = await orders.timeline(order.id, {
        sagas: request.caller.scopes.has('ops:read'),
        after: cursor === undefined ? undefined : Number(cursors.decode(listName(request), cursor)[0]),
        limit,
      })
      return reply.send(pageOf(request, reply, cursors, entries, limit, ({ no }) => [no], entryBody))
    },
  )
}

function entryBody({ type, data, actor, traceId, occurredAt }: TimelineEntry) {
  return {
    type,
    data,
    actor: actor && { sub: actor.sub, client_id: actor.clientId },
    trace_id: traceId,
    occurred_at: occurredAt.toISOString(),
  }
}
