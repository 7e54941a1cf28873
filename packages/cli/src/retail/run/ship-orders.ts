import { describe, RefusedError } from '../../client/api-error.ts'
import { inFlight } from '../../client/in-flight.ts'
import { itemsOf } from '../../client/pages.ts'
import type { Order } from '../order.ts'
import { askUntil } from './ask-until.ts'
import type { ReplayRun } from './replay-run.ts'

/** What left the house. */
export interface Shipped {
  /** Orders this run shipped. */
  orders: number
  units: number
  /** Orders that may not be shipped, and why; their goods stay reserved. */
  readonly refused: { readonly invoice: string; readonly why: string }[]
}

interface Fulfillment {
  readonly id: string
  readonly status: string
}

/** Ships what is reserved for each order, once: the Idempotency-Key of its fulfilment comes from its invoice. */
export async function shipOrders(run: ReplayRun, orders: ReadonlyMap<string, Order>): Promise<Shipped> {
  const result: Shipped = { orders: 0, units: 0, refused: [] }
  const open = [...orders].filter(([, order]) => order.lines.some(({ reserved }) => reserved > 0))
  await inFlight(open, run, async ([invoice, order]) => {
    const why = await ship(run, invoice, order)
    if (why !== undefined) result.refused.push({ invoice, why })
    else {
      result.orders++
      for (const { reserved } of order.lines) result.units += reserved
    }
    run.onProgress()
  })
  return result
}

/** Why the order cannot be shipped; undefined when it was. */
async function ship(run: ReplayRun, invoice: string, order: Order): Promise<string | undefined> {
  const parcel = await packed(run, invoice, order)
  if (parcel === undefined) return 'everything it has reserved is packed already'
  const path = `/orders/${order.id}/fulfillments/${parcel}`
  const call = { method: 'PUT', path: `${path}/shipment`, headers: { prefer: 'wait=10' }, body: {} } as const
  const answer = await run.clerk.send(call)
  if (answer.status === 409) return describe(answer)
  if (answer.status > 202) throw new RefusedError(call, answer)
  if (answer.status < 202) return undefined
  const left = await askUntil<Fulfillment>(run.clerk, run.stop, path, ({ status }) => status === 'SHIPPED')
  return left ? undefined : 'it has not left the house in time'
}

/** The id of the fulfilment that carries everything reserved for this order. */
async function packed(run: ReplayRun, invoice: string, order: Order): Promise<string | undefined> {
  const lines = order.lines.filter(({ reserved }) => reserved > 0)
  const call = {
    method: 'POST',
    path: `/orders/${order.id}/fulfillments`,
    idempotencyKey: `ship-${invoice}`,
    body: { lines: lines.map(({ line_id, reserved }) => ({ line_id, quantity: reserved })) },
  } as const
  const answer = await run.clerk.send(call)
  if (answer.status === 201) return (answer.body as Fulfillment).id
  // Somebody began to pack this order in another way: what they packed is what can be shipped.
  if (answer.status !== 409 && answer.status !== 422) throw new RefusedError(call, answer)
  for await (const { id, status } of itemsOf<Fulfillment>(run.clerk, call.path))
    if (status === 'PENDING') return id
  return undefined
}
