import { RefusedError } from '../../client/api-error.ts'
import { inFlight } from '../../client/in-flight.ts'
import { itemsOf } from '../../client/pages.ts'
import type { Order } from '../order.ts'
import type { ReplayRun } from './replay-run.ts'

/** What left the house. */
export interface Shipped {
  /** Orders this run shipped. */
  orders: number
  units: number
}

/** Ships what is reserved for each order, once: the Idempotency-Key of its fulfilment comes from its invoice. */
export async function shipOrders(run: ReplayRun, orders: ReadonlyMap<string, Order>): Promise<Shipped> {
  const result = { orders: 0, units: 0 }
  const open = [...orders].filter(([, order]) => order.lines.some(({ reserved }) => reserved > 0))
  await inFlight(open, run, async ([invoice, order]) => {
    const fulfillment = await fulfillmentOf(run, invoice, order)
    if (fulfillment !== undefined) {
      const path = `/orders/${order.id}/fulfillments/${fulfillment}/shipment`
      await run.clerk.expect({ method: 'PUT', path, body: {} }, [200, 201])
      result.orders++
      for (const { reserved } of order.lines) result.units += reserved
    }
    run.onProgress()
  })
  return result
}

/** The id of the fulfilment that carries everything reserved for this order. */
async function fulfillmentOf(run: ReplayRun, invoice: string, order: Order): Promise<string | undefined> {
  const lines = order.lines.filter(({ reserved }) => reserved > 0)
  const call = {
    method: 'POST',
    path: `/orders/${order.id}/fulfillments`,
    idempotencyKey: `ship-${invoice}`,
    body: { lines: lines.map(({ line_id, reserved }) => ({ line_id, quantity: reserved })) },
  } as const
  const answer = await run.clerk.send(call)
  if (answer.status === 201) return (answer.body as { id: string }).id
  // Somebody began to pack this order in another way: what they packed is what can be shipped.
  if (answer.status !== 409 && answer.status !== 422) throw new RefusedError(call, answer)
  for await (const packed of itemsOf<{ id: string; status: string }>(run.clerk, call.path))
    if (packed.status === 'PENDING') return packed.id
  return undefined
}
