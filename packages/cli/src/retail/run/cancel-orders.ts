import { RefusedError } from '../../client/api-error.ts'
import { inFlight } from '../../client/in-flight.ts'
import type { Order } from '../order.ts'
import type { Allocation } from '../plan/match-cancellations.ts'
import { unitsBySku } from '../plan/quantities.ts'
import type { ReplayRun } from './replay-run.ts'

/** What became of the cancellation lines that concern an order. */
export interface Cancelled {
  /** Orders this run cancelled something of. */
  changed: number
  /** Orders of which so much was cancelled already. */
  unchanged: number
  /** Lines whose units are cancelled in their order. */
  lines: number
  units: number
  /** Lines that came too late, because their units have left the house: they are returns. */
  readonly late: Allocation[]
}

/**
 * Cancels units of orders. All lines that concern one order go into one PUT that states the total per line, so
 * sending it again changes nothing.
 */
export async function cancelOrders(
  run: ReplayRun,
  allocations: readonly Allocation[],
  orders: ReadonlyMap<string, Order>,
): Promise<Cancelled> {
  const result: Cancelled = { changed: 0, unchanged: 0, lines: 0, units: 0, late: [] }
  const byOrder = Map.groupBy(allocations, ({ order }) => order)
  await inFlight(byOrder, run, async ([invoice, wanted]) => {
    const order = orders.get(invoice)
    if (!order) throw new Error(`invoice ${invoice} has no order to cancel`)
    const totals = totalsByLine(order, wanted)
    const done = cancelledBySku(order)
    const satisfied = [...unitsBySku(wanted)].every(([sku, units]) => (done.get(sku) ?? 0) >= units)
    const now = satisfied ? done : await cancel(run, order, totals)
    if (satisfied) result.unchanged++
    else result.changed++
    share(result, wanted, now)
    run.onProgress()
  })
  return result
}

/** Units cancelled per sku once the order was told; a refusal leaves what was cancelled before. */
async function cancel(run: ReplayRun, order: Order, lines: readonly object[]): Promise<Map<string, number>> {
  const call = {
    method: 'PUT',
    path: `/orders/${order.id}/cancellation`,
    body: { reason: 'Cancelled by the customer', lines },
  } as const
  const answer = await run.client.send(call)
  if (answer.status !== 200 && answer.status !== 201 && answer.status !== 409)
    throw new RefusedError(call, answer)
  const { body } = await run.client.expect({ method: 'GET', path: `/orders/${order.id}` }, [200])
  return cancelledBySku(body as Order)
}

function totalsByLine(order: Order, wanted: readonly Allocation[]): object[] {
  const units = unitsBySku(wanted)
  return order.lines.flatMap(({ line_id, sku }) => {
    const quantity = units.get(sku)
    return quantity === undefined ? [] : [{ line_id, quantity }]
  })
}

function cancelledBySku(order: Order): Map<string, number> {
  return unitsBySku(order.lines.map(({ sku, cancelled }) => ({ sku, quantity: cancelled })))
}

/** Lines are served in the order of the file; those the cancelled units do not reach came too late. */
function share(result: Cancelled, wanted: readonly Allocation[], cancelled: Map<string, number>): void {
  for (const line of wanted) {
    const left = cancelled.get(line.sku) ?? 0
    if (left >= line.quantity) {
      cancelled.set(line.sku, left - line.quantity)
      result.lines++
      result.units += line.quantity
    } else result.late.push(line)
  }
}
