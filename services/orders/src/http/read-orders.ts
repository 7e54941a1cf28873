import { ProblemError, problems } from '@stockgate/problem'
import {
  type Cursors,
  listName,
  listQuery,
  NoQuery,
  pageOf,
  problemResponses,
  type ServiceApp,
  sendTagged,
  USUAL_LIMIT,
  words,
} from '@stockgate/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { ORDER_STATUSES } from '../domain/order.ts'
import type { OrderFilter, Orders } from '../domain/orders.ts'
import { mayRead, READ, readable } from './access.ts'
import type { RouteContext } from './context.ts'
import { OrderPage, orderBody } from './order-body.ts'

const listing = {
  status: Type.Optional(words(ORDER_STATUSES)),
  external_id: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  sort: Type.Optional(words(['-created_at', 'created_at'])),
}

type ListQuery = {
  status?: (typeof ORDER_STATUSES)[number]
  external_id?: string
  sort?: '-created_at' | 'created_at'
  limit?: number
  cursor?: string
}

/** Reading orders: one, everybody's, one user's. */
export function readOrderRoutes(app: ServiceApp, { orders, cursors }: RouteContext): void {
  app.get(
    '/orders',
    {
      config: READ,
      schema: {
        operationId: 'listOrders',
        summary: 'List orders, the newest first',
        description: "The caller's own; everybody's with `orders:read:all`.",
        tags: ['orders'],
        querystring: listQuery({
          ...listing,
          user_id: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
        }),
        response: { 200: OrderPage, ...problemResponses(400, 401, 403) },
      },
    },
    async (request, reply) => {
      const { user_id, ...query } = request.query
      const own = request.caller.sub
      if (request.caller.scopes.has('orders:read:all'))
        return sendList(request, reply, { orders, cursors }, query, user_id)
      // What others ordered is not there for this caller: a list without items, not an error.
      if (user_id !== undefined && user_id !== own) return reply.send({ items: [], self: request.url })
      return sendList(request, reply, { orders, cursors }, query, own)
    },
  )

  app.get(
    '/users/:user_id/orders',
    {
      config: READ,
      schema: {
        operationId: 'listUserOrders',
        summary: "List one user's orders, the newest first",
        description: '`me` stands for the caller.',
        tags: ['orders'],
        params: Type.Object({ user_id: Type.String({ minLength: 1, maxLength: 255 }) }),
        querystring: listQuery(listing),
        response: { 200: OrderPage, ...problemResponses(400, 401, 403, 404) },
      },
    },
    async (request, reply) => {
      const { caller } = request
      const isMe = request.params.user_id === 'me'
      const userId = isMe ? caller.sub : request.params.user_id
      if (!mayRead(caller, userId)) throw new ProblemError(problems.notFound)
      if (isMe) reply.header('content-location', ownPath(request, userId))
      return sendList(request, reply, { orders, cursors }, request.query, userId)
    },
  )

  app.get(
    '/orders/:order_id',
    {
      config: READ,
      schema: {
        operationId: 'readOrder',
        summary: 'Read an order',
        tags: ['orders'],
        params: Type.Object({ order_id: Type.String() }),
        querystring: NoQuery,
        response: { 200: Type.Ref('Order'), ...problemResponses(400, 401, 403, 404) },
      },
    },
    async (request, reply) => {
      const order = readable(request.caller, await orders.find(request.params.order_id))
      return sendTagged(request, reply, order.version, orderBody(order))
    },
  )
}

async function sendList(
  request: FastifyRequest,
  reply: FastifyReply,
  { orders, cursors }: { orders: Orders; cursors: Cursors },
  query: ListQuery,
  userId: string | undefined,
): Promise<FastifyReply> {
  const { status, external_id, sort = '-created_at', limit = USUAL_LIMIT, cursor } = query
  const filter: OrderFilter = {
    ...(userId !== undefined && { userId }),
    ...(status !== undefined && { status }),
    ...(external_id !== undefined && { externalId: external_id }),
  }
  const after = cursor === undefined ? undefined : String(cursors.decode(listName(request), cursor)[0])
  const found = await orders.list(filter, {
    newestFirst: sort === '-created_at',
    limit,
    ...(after !== undefined && { after }),
  })
  return reply.send(
    pageOf(request, reply, cursors, found.orders, found.limit, (order) => [order.id], orderBody),
  )
}

function ownPath(request: FastifyRequest, userId: string): string {
  const query = request.url.indexOf('?')
  return `/users/${encodeURIComponent(userId)}/orders${query < 0 ? '' : request.url.slice(query)}`
}
