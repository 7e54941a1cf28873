import { setTimeout as delay } from 'node:timers/promises'
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
import { beginShipment, type Fulfillment } from '../domain/fulfillment.ts'
import type { Fulfillments } from '../domain/fulfillments.ts'
import type { Refusal } from '../domain/reservations.ts'
import { FULFILL } from './access.ts'
import { markOf, type RouteContext } from './context.ts'
import { fulfillmentBody, fulfillmentPath } from './fulfillment-body.ts'
import { readPatience } from './prefer.ts'

const LOOK_EVERY_MS = 100
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
      const one = await answered(fulfillments, begun.fulfillment, run, until)
      if (one.refusal) throw refused(one, one.refusal)
      const body = fulfillmentBody(one)
      if (one.shipping) {
        const headers = { location: fulfillmentPath(one), 'retry-after': '1' }
        return sendStored(reply, { status: 202, headers, text: JSON.stringify(body), replayed: false })
      }
      if (begun.changed) reply.code(201).header('location', fulfillmentPath(one))
      return sendTagged(request, reply, one.version, body)
    },
  )
}

/** Waits until products has answered, whoever asks it. */
async function answered(
  fulfillments: Fulfillments,
  begun: Fulfillment,
  run: Promise<void>,
  until: number,
): Promise<Fulfillment> {
  if (!begun.shipping) return begun
  await Promise.race([run, delay(Math.max(0, until - performance.now()), undefined, { ref: false })])
  for (;;) {
    const one = (await fulfillments.find(begun.orderId, begun.id)) ?? begun
    const left = until - performance.now()
    if (!one.shipping || left <= 0) return one
    await delay(Math.min(LOOK_EVERY_MS, left))
  }
}

/** What products said, told of the fulfillment: the lines were sent in its own sequence. */
function refused(one: Fulfillment, { reason, detail, faults }: Refusal): ProblemError {
  const kind = problemKind(reason)
  const isConflict = kind?.status === 409
  return new ProblemError(isConflict ? kind : problems.illegalTransition, {
    detail: isConflict ? detail : 'The stock does not allow this shipment.',
    instance: fulfillmentPath(one),
    ...(isConflict && faults.length > 0 && { errors: [...faults] }),
  })
}
