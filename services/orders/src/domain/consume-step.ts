import { consumedLines, refuseShipment, ship } from './fulfillment.ts'
import type { Reservations } from './reservations.ts'
import type { Held, Saga, Sagas, StepResult } from './saga.ts'

/** CONSUME: products takes the goods of a fulfillment out of stock. Its refusal is final, the shipment is off then. */
export async function consume(
  sagas: Sagas,
  products: Reservations,
  now: () => Date,
  saga: Saga,
): Promise<StepResult> {
  const { fulfillment } = shipmentOf(await sagas.read(saga))
  const lines = consumedLines(fulfillment)
  const answer = await products.consume(saga.reservationId, fulfillment.id, lines, saga.traceId)
  if (answer.kind === 'unclear') return { failure: answer.why }
  return sagas.decide(saga, (held) => {
    const { order, fulfillment } = shipmentOf(held)
    const change =
      answer.kind === 'done'
        ? ship(order, fulfillment, now())
        : refuseShipment(order, fulfillment, answer.refusal)
    return { ...change, next: 'END' }
  })
}

function shipmentOf({ order, fulfillment }: Held) {
  if (!fulfillment) throw new Error(`the shipment of order ${order.id} has lost its fulfillment`)
  return { order, fulfillment }
}
