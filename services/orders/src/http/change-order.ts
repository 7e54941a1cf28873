import {
  closed,
  IfMatchHeader,
  NoQuery,
  problemResponses,
  requireIfMatch,
  type ServiceApp,
  sendTagged,
} from '@stockgate/service-kit'
import Type from 'typebox'
import { requireWritable, WRITE } from './access.ts'
import { markOf, type RouteContext } from './context.ts'
import { Note, orderBody } from './order-body.ts'

/** `PATCH /orders/{order_id}`: the note is what a caller may change by hand. */
export function changeOrderRoute(app: ServiceApp, { orders }: RouteContext): void {
  app.patch(
    '/orders/:order_id',
    {
      config: WRITE,
      schema: {
        operationId: 'changeOrder',
        summary: 'Change the note of an order',
        description: 'Merge patch (RFC 7396). `If-Match` must name the present version.',
        tags: ['orders'],
        params: Type.Object({ order_id: Type.String() }),
        querystring: NoQuery,
        headers: IfMatchHeader,
        body: closed({ note: Type.Optional(Note) }),
        response: { 200: Type.Ref('Order'), ...problemResponses(400, 401, 403, 404, 412, 428) },
      },
    },
    async (request, reply) => {
      const { order_id } = request.params
      const { note } = request.body
      const changed = await orders.setNote(order_id, markOf(request), (order) => {
        requireWritable(request.caller, order)
        requireIfMatch(request, order.version)
        return note === undefined ? order.note : note
      })
      return sendTagged(request, reply, changed.version, orderBody(changed))
    },
  )
}
