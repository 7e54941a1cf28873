import { linesNamed } from './named-lines.ts'
import { type Fault, type Line, lineId, type Order, openUnits, statusAfter } from './order.ts'
import type { Change } from './placement.ts'
import { illegal, pathOf } from './refusals.ts'
import type { LineQuantity } from './reservations.ts'

/** What is to be cancelled: totals per line, or everything open. */
export interface CancellationRequest {
  readonly reason: string
  readonly lines?: readonly LineQuantity[]
}

/**
 * Cancels open units. A quantity is the total cancelled of its line, so the same request again changes nothing and
 * answers undefined. What is packed stays: cancel its fulfillment first.
 */
export function cancel(
  order: Order,
  request: CancellationRequest,
  cancelledBefore: boolean,
): Change | undefined {
  const totals = request.lines ? totalsOf(order, request.lines) : everythingOpen(order)
  const lines = order.lines.map((line) => withCancelled(line, totals.get(line.no) ?? line.cancelled))
  const changed = lines.filter((line, i) => line !== order.lines[i])
  if (changed.length === 0) {
    if (cancelledBefore) return undefined
    throw illegal(pathOf(order), `Nothing of an order that is ${order.status} is left to cancel.`)
  }
  // Only products can say which lines of a pending order it holds, so such an order goes as a whole or not at all.
  if (order.status === 'PENDING' && lines.some((line) => line.pending > 0))
    throw illegal(pathOf(order), 'The order is PENDING: cancel all of it, or wait until it is CONFIRMED.')
  const next = { ...order, lines }
  const after = { ...next, status: statusAfter(next) }
  const data = { reason: request.reason, lines: changed.map((line) => cancelledOf(line)) }
  const closed = after.status === 'CLOSED' ? [{ type: 'order.closed' }] : []
  return { order: after, events: [{ type: 'order.cancelled', data }, ...closed] }
}

/** The totals that products has to have given back for this order. */
export function releasedTotals(order: Order): LineQuantity[] {
  return order.lines.filter((line) => line.cancelled > 0).map(cancelledOf)
}

const cancelledOf = (line: Line) => ({ lineId: lineId(line), quantity: line.cancelled })

function everythingOpen(order: Order): Map<number, number> {
  return new Map(order.lines.map((line) => [line.no, line.cancelled + openUnits(line)]))
}

function totalsOf(order: Order, wanted: readonly LineQuantity[]): Map<number, number> {
  const places = linesNamed(order, wanted)
  const faults: Fault[] = []
  for (const [i, { quantity }] of wanted.entries()) {
    const line = places[i] as Line
    const pointer = `#/lines/${i}/quantity`
    const most = line.cancelled + openUnits(line)
    if (quantity < line.cancelled)
      faults.push({ pointer, detail: `is the total: ${line.cancelled} are cancelled already` })
    else if (quantity > most)
      faults.push({ pointer, detail: `${most} can be cancelled in all`, requested: quantity, open: most })
  }
  if (faults.length > 0) throw illegal(pathOf(order), 'The lines do not allow this.', faults)
  return new Map(wanted.map(({ quantity }, i) => [(places[i] as Line).no, quantity]))
}

function withCancelled(line: Line, total: number): Line {
  const more = total - line.cancelled
  if (more === 0) return line
  const pending = Math.min(more, line.pending)
  const backordered = Math.min(more - pending, line.backordered)
  return {
    ...line,
    pending: line.pending - pending,
    backordered: line.backordered - backordered,
    reserved: line.reserved - (more - pending - backordered),
    cancelled: total,
  }
}
