import { ProblemError, problems } from '@stockgate/problem'
import {
  closed,
  Id,
  NoQuery,
  problemResponses,
  type ServiceApp,
  sendTagged,
  Timestamp,
  words,
} from '@stockgate/service-kit'
import Type from 'typebox'
import { cancel, releasedTotals } from '../domain/cancellation.ts'
import { ORDER_STATUSES, type Order } from '../domain/order.ts'
import type { Cancellation } from '../domain/orders.ts'
import { READ, readable, requireWritable, WRITE } from './access.ts'
import { markOf, type RouteContext } from './context.ts'
import { waitFor } from './waiting.ts'

export const CancellationSchema = Type.Object(
  {
    order_id: Id,
    order_status: words(ORDER_STATUSES),
    reason: Type.String(),
    lines: Type.Array(Type.Object({ line_id: Type.String(), quantity: Type.Integer() }), {
      description: 'Total cancelled of each line.',
    }),
    cancelled_by: Type.Object({ sub: Type.String(), client_id: Type.String() }),
    created_at: Timestamp,
    updated_at: Timestamp,
  },
  { $id: 'Cancellation' },
)

const Reason = Type.String({ minLength: 1, maxLength: 200 })
const Params = Type.Object({ order_id: Type.String() })
const path = '/orders/:order_id/cancellation'

/** How long the answer waits for products to take the stock back; the cancellation itself is certain before. */
const PATIENCE_MS = 2_000

/** The cancellation of an order, a noun with a desired state: the same PUT again changes nothing. */
export function cancelOrderRoutes(app: ServiceApp, { orders, runner }: RouteContext): void {
  app.put(
    path,
    {
      config: WRITE,
      schema: {
        operationId: 'cancelOrder',
        summary: 'Cancel an order or part of it',
        description:
          'Each quantity is the total to be cancelled of its line and may not shrink; without lines everything open ' +
          'is cancelled. Packed goods are not open: cancel their fulfillment first. A PENDING order goes as a whole.',
        tags: ['orders'],
        params: Params,
        querystring: NoQuery,
        body: closed({
          reason: Reason,
          lines: Type.Optional(
            Type.Array(
              closed({
                line_id: Type.String({ minLength: 1, maxLength: 64 }),
                quantity: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
              }),
              { minItems: 1, maxItems: 1000 },
            ),
          ),
        }),
        response: {
          200: Type.Ref('Cancellation'),
          201: Type.Ref('Cancellation'),
          ...problemResponses(400, 401, 403, 404, 409),
        },
      },
    },
    async (request, reply) => {
      const { reason, lines } = request.body
      const wanted = lines?.map(({ line_id, quantity }) => ({ lineId: line_id, quantity }))
      const asked = { reason, ...(wanted && { lines: wanted }) }
      const { order_id } = request.params
      const done = await orders.cancel(order_id, reason, markOf(request), (order, before) => {
        requireWritable(request.caller, order)
        return cancel(order, asked, before)
      })
      const until = performance.now() + PATIENCE_MS
      if (done.saga) await waitFor(runner.launch(done.saga, PATIENCE_MS), until, async () => done)
      if (done.first) reply.code(201).header('location', `/orders/${order_id}/cancellation`)
      return sendTagged(request, reply, done.order.version, cancellationBody(done.order, done.cancellation))
    },
  )

  app.get(
    path,
    {
      config: READ,
      schema: {
        operationId: 'readCancellation',
        summary: 'Read what was cancelled of an order',
        tags: ['orders'],
        params: Params,
        querystring: NoQuery,
        response: { 200: Type.Ref('Cancellation'), ...problemResponses(400, 401, 403, 404) },
      },
    },
    async (request, reply) => {
      const found = await orders.cancellation(request.params.order_id)
      const order = readable(request.caller, found?.order)
      if (!found) throw new ProblemError(problems.notFound)
      return sendTagged(request, reply, order.version, cancellationBody(order, found.cancellation))
    },
  )
}

function cancellationBody(order: Order, { reason, actor, createdAt, updatedAt }: Cancellation) {
  return {
    order_id: order.id,
    order_status: order.status,
    reason,
    lines: releasedTotals(order).map(({ lineId, quantity }) => ({ line_id: lineId, quantity })),
    cancelled_by: { sub: actor.sub, client_id: actor.clientId },
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  }
}
