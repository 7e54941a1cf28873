import { ProblemError, problemKind, problems } from '@stockgate/problem'
import {
  closed,
  NoQuery,
  problemResponses,
  type ServiceApp,
  sendStored,
  sendTagged,
} from '@stockgate/service-kit'
import Type from 'typebox'
import { beginShipment, type Fulfillment, pathOf } from '../domain/fulfillment.ts'
import type { Refusal } from '../domain/reservations.ts'
import { FULFILL } from './access.ts'
import { markOf, type RouteContext } from './context.ts'
import { fulfillmentBody } from './fulfillment-body.ts'
import { readPatience } from './prefer.ts'
import { waitFor } from './waiting.ts'

const Text = Type.Optional(Type.String({ minLength: 1, maxLength: 100 }))

/** `PUT …/shipment`: products takes the goods out of stock, once per fulfillment, then it is SHIPPED. */
export function shipRoute(app: ServiceApp, { fulfillments, runner }: RouteContext): void {
  app.put(
    '/orders/:order_id/fulfillments/:fulfillment_id/shipment',
    {
      config: FULFILL,
      schema: {
        operationId: 'shipFulfillment',
        summary: 'Ship a fulfillment',
        description:
          '201 once the goods have left the stock, 200 for the same again, 202 when that takes longer than ' +
          '`Prefer: wait=n`: it is then done as soon as possible. 409 when the stock does not allow it.',
        tags: ['fulfillments'],
        params: Type.Object({ order_id: Type.String(), fulfillment_id: Type.String() }),
        querystring: NoQuery,
        headers: Type.Object({ prefer: Type.Optional(Type.String()) }),
        body: closed({ carrier: Text, tracking: Text }),
        response: {
          200: Type.Ref('Fulfillment'),
          201: Type.Ref('Fulfillment'),
          202: Type.Ref('Fulfillment'),
          ...problemResponses(400, 401, 403, 404, 409),
        },
      },
    },
    async (request, reply) => {
      const { order_id, fulfillment_id } = request.params
      const { carrier = null, tracking = null } = request.body
      const { waitMs, applied } = readPatience(request.headers.prefer)
      const until = performance.now() + waitMs
      if (applied) reply.header('preference-applied', applied)
      const begun = await fulfillments.ship(order_id, fulfillment_id, markOf(request), (order, one) =>
        beginShipment(order, one, { carrier, tracking }),
      )
      const run = begun.saga ? runner.launch(begun.saga, until - performance.now()) : Promise.resolve()
      let one = begun.fulfillment
      if (one.shipping)
        await waitFor(run, until, async () => {
          one = (await fulfillments.find(order_id, fulfillment_id)) ?? one
          return one.shipping ? undefined : one
        })
      if (one.refusal) throw refused(one, one.refusal)
      const body = fulfillmentBody(one)
      if (one.shipping) {
        const headers = { location: pathOf(one), 'retry-after': '1' }
        return sendStored(reply, { status: 202, headers, text: JSON.stringify(body), replayed: false })
      }
      if (begun.changed) reply.code(201).header('location', pathOf(one))
      return sendTagged(request, reply, one.version, body)
    },
  )
}

/** What products said, told of the fulfillment: the lines were sent in its own sequence. */
function refused(one: Fulfillment, { reason, detail, faults }: Refusal): ProblemError {
  const kind = problemKind(reason)
  const isConflict = kind?.status === 409
  return new ProblemError(isConflict ? kind : problems.illegalTransition, {
    detail: isConflict ? detail : 'The stock does not allow this shipment.',
    instance: pathOf(one),
    ...(isConflict && faults.length > 0 && { errors: [...faults] }),
  })
}
