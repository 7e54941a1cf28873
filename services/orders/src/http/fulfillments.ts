import { ProblemError, problems } from '@stockgate/problem'
import {
  closed,
  created,
  idempotentCall,
  KeyHeader,
  listName,
  listQuery,
  NoQuery,
  pageOf,
  problemResponses,
  Quantity,
  type ServiceApp,
  sendStored,
  sendTagged,
  USUAL_LIMIT,
} from '@stockgate/service-kit'
import Type from 'typebox'
import { cancelFulfillment, pack, pathOf } from '../domain/fulfillment.ts'
import { FULFILL, READ, readable } from './access.ts'
import { markOf, type RouteContext } from './context.ts'
import { FulfillmentPage, fulfillmentBody } from './fulfillment-body.ts'

const Order = Type.Object({ order_id: Type.String() })
const One = Type.Object({ order_id: Type.String(), fulfillment_id: Type.String() })
const tags = ['fulfillments']

/** Packing goods, looking at what is packed, and unpacking them. */
export function fulfillmentRoutes(app: ServiceApp, { orders, fulfillments, cursors }: RouteContext): void {
  app.post(
    '/orders/:order_id/fulfillments',
    {
      config: FULFILL,
      schema: {
        operationId: 'createFulfillment',
        summary: 'Pack reserved goods of an order',
        tags,
        params: Order,
        querystring: NoQuery,
        headers: KeyHeader,
        body: closed({
          lines: Type.Array(
            closed({ line_id: Type.String({ minLength: 1, maxLength: 64 }), quantity: Quantity }),
            { minItems: 1, maxItems: 1000 },
          ),
        }),
        response: { 201: Type.Ref('Fulfillment'), ...problemResponses(400, 401, 403, 404, 409, 422) },
      },
    },
    async (request, reply) => {
      const wanted = request.body.lines.map(({ line_id, quantity }) => ({ lineId: line_id, quantity }))
      const { order_id } = request.params
      const answer = await fulfillments.create(
        idempotentCall(request),
        order_id,
        markOf(request),
        (order) => pack(order, wanted),
        (one) => created(pathOf(one), one.version, fulfillmentBody(one)),
      )
      return sendStored(reply, answer)
    },
  )

  app.get(
    '/orders/:order_id/fulfillments',
    {
      config: READ,
      schema: {
        operationId: 'listFulfillments',
        summary: 'List the fulfillments of an order, the oldest first',
        tags,
        params: Order,
        querystring: listQuery({}),
        response: { 200: FulfillmentPage, ...problemResponses(400, 401, 403, 404) },
      },
    },
    async (request, reply) => {
      const { limit = USUAL_LIMIT, cursor } = request.query
      const order = readable(request.caller, await orders.find(request.params.order_id))
      const after = cursor === undefined ? undefined : String(cursors.decode(listName(request), cursor)[0])
      const found = await fulfillments.list(order.id, after, limit)
      return reply.send(pageOf(request, reply, cursors, found, limit, ({ id }) => [id], fulfillmentBody))
    },
  )

  app.get(
    '/orders/:order_id/fulfillments/:fulfillment_id',
    {
      config: READ,
      schema: {
        operationId: 'readFulfillment',
        summary: 'Read a fulfillment',
        tags,
        params: One,
        querystring: NoQuery,
        response: { 200: Type.Ref('Fulfillment'), ...problemResponses(400, 401, 403, 404) },
      },
    },
    async (request, reply) => {
      const { order_id, fulfillment_id } = request.params
      readable(request.caller, await orders.find(order_id))
      const one = await fulfillments.find(order_id, fulfillment_id)
      if (!one) throw new ProblemError(problems.notFound, { detail: 'No fulfillment has this id.' })
      return sendTagged(request, reply, one.version, fulfillmentBody(one))
    },
  )

  app.put(
    '/orders/:order_id/fulfillments/:fulfillment_id/cancellation',
    {
      config: FULFILL,
      schema: {
        operationId: 'cancelFulfillment',
        summary: 'Unpack a fulfillment that has not been shipped',
        tags,
        params: One,
        querystring: NoQuery,
        body: closed({ reason: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })) }),
        response: {
          200: Type.Ref('Fulfillment'),
          201: Type.Ref('Fulfillment'),
          ...problemResponses(400, 401, 403, 404, 409),
        },
      },
    },
    async (request, reply) => {
      const { order_id, fulfillment_id } = request.params
      const reason = request.body.reason ?? null
      const { fulfillment, changed } = await fulfillments.change(
        order_id,
        fulfillment_id,
        markOf(request),
        (order, one) => cancelFulfillment(order, one, reason, new Date()),
      )
      if (changed) reply.code(201).header('location', pathOf(fulfillment))
      return sendTagged(request, reply, fulfillment.version, fulfillmentBody(fulfillment))
    },
  )
}
