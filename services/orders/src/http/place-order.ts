import {
  idempotentCall,
  NoQuery,
  newId,
  problemResponses,
  type ServiceApp,
  type Static,
  sendStored,
} from '@stockgate/service-kit'
import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import type { Order } from '../domain/order.ts'
import type { Draft } from '../domain/orders.ts'
import { buyerOf, WRITE } from './access.ts'
import { markOf, type RouteContext } from './context.ts'
import { OrderInput, orderBody } from './order-body.ts'
import { readPatience } from './prefer.ts'
import { waitFor } from './waiting.ts'

/** `POST /orders`: the order is written first, then its placement runs while the caller waits. */
export function placeOrderRoute(app: ServiceApp, { orders, runner }: RouteContext): void {
  app.post(
    '/orders',
    {
      config: WRITE,
      schema: {
        operationId: 'placeOrder',
        summary: 'Place an order',
        description:
          'Reserves every line or none. 201 once CONFIRMED; 202 with the PENDING order when that takes longer than ' +
          '`Prefer: wait=n` (3 s unless said, 10 s at most; `respond-async` for at once). A rejected order is kept: ' +
          'the problem names it in `instance`. The same Idempotency-Key gives the same order and final answer.',
        tags: ['orders'],
        headers: Type.Object({
          'idempotency-key': Type.Optional(Type.String({ description: 'Required; 1 to 255 characters.' })),
          prefer: Type.Optional(Type.String()),
        }),
        querystring: NoQuery,
        body: OrderInput,
        response: {
          201: Type.Ref('Order'),
          202: Type.Ref('Order'),
          ...problemResponses(400, 401, 403, 409, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const call = idempotentCall(request)
      const patience = readPatience(request.headers.prefer)
      const until = performance.now() + patience.waitMs
      const draft = draftOf(
        request.body,
        buyerOf(request.caller, request.body.user_id),
        request.caller.clientId,
      )
      const begun = await orders.place(draft, call, markOf(request))
      if (begun.state === 'answered') return sendStored(reply, begun.answer)
      const isFirst = begun.state === 'created'
      const run = isFirst ? runner.launch(begun.saga, until - performance.now()) : Promise.resolve()
      if (patience.applied) reply.header('preference-applied', patience.applied)

      const answer = await waitFor(run, until, () => orders.answer(call))
      if (answer) return sendStored(reply, { ...answer, replayed: !isFirst })
      const order = (await orders.find(begun.orderId)) as Order
      const late = order.status === 'PENDING' ? undefined : await orders.answer(call)
      return late ? sendStored(reply, { ...late, replayed: !isFirst }) : sendPending(reply, order)
    },
  )
}

function sendPending(reply: FastifyReply, order: Order): FastifyReply {
  return sendStored(reply, {
    status: 202,
    headers: { location: `/orders/${order.id}`, 'retry-after': '1', 'cache-control': 'no-store' },
    text: JSON.stringify(orderBody(order)),
    replayed: false,
  })
}

function draftOf(body: Static<typeof OrderInput>, userId: string, clientId: string): Draft {
  return {
    id: newId('ord'),
    reservationId: newId('rsv'),
    userId,
    clientId,
    externalId: body.external_id ?? null,
    note: body.note ?? null,
    lines: body.lines.map(({ sku, quantity, unit_price }) => ({
      sku,
      quantity,
      unitPrice: unit_price ? { minor: unit_price.amount_minor, currency: unit_price.currency } : null,
    })),
  }
}
