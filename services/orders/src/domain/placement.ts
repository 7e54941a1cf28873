import type { Fault, Order, OrderEvent, Rejection } from './order.ts'
import type { Hold, Refusal, Reservation } from './reservations.ts'

/** An order as it becomes, and what is told about it. */
export interface Change {
  readonly order: Order
  readonly events: readonly OrderEvent[]
}

/** What products is asked to hold for an order: the same request however often it is made. */
export function holdFor(order: Order): Hold {
  return {
    id: order.reservationId,
    orderId: order.id,
    lines: order.lines.map((line) => ({ lineId: String(line.no), sku: line.sku, quantity: line.ordered })),
  }
}

/** The stock is the order's for good. */
export function confirm(order: Order, reservation: Reservation): Change {
  const productOf = new Map(reservation.lines.map((line) => [line.lineId, line.productId]))
  const lines = order.lines.map((line) => ({
    ...line,
    productId: productOf.get(String(line.no)) ?? line.productId,
    pending: 0,
    reserved: line.pending,
  }))
  return { order: { ...order, status: 'CONFIRMED', lines }, events: [{ type: 'order.confirmed' }] }
}

/** The order gets no stock; it is kept and says why. */
export function reject(order: Order, rejection: Rejection): Change {
  const lines = order.lines.map((line) => ({ ...line, pending: 0, cancelled: line.ordered }))
  return {
    order: { ...order, status: 'REJECTED', rejection, lines },
    events: [{ type: 'order.rejected', data: { code: rejection.code } }],
  }
}

/** Why products would not reserve, told in places of the order: lines were sent in the order's own sequence. */
export function rejectionOf(refusal: Refusal): Rejection {
  const errors = refusal.faults.map(inOrder)
  if (refusal.reason === 'insufficient-stock') {
    const short = errors.length
    return {
      code: 'INSUFFICIENT_STOCK',
      detail: short === 1 ? '1 line cannot be reserved.' : `${short} lines cannot be reserved.`,
      errors,
    }
  }
  const ours = errors.filter((fault) => fault.pointer.startsWith('#/lines/'))
  if (refusal.reason === 'validation-error' && ours.length > 0)
    return { code: 'INVALID_LINES', detail: 'The order names what cannot be ordered.', errors: ours }
  if (refusal.reason === 'reservation-expired' || refusal.reason === 'reservation-released')
    return { code: 'RESERVATION_LOST', detail: 'The stock held for this order was given back.', errors: [] }
  return { code: 'RESERVATION_REFUSED', detail: 'The stock could not be reserved.', errors: [] }
}

/** The reservation ended before the order was confirmed. */
export const RESERVATION_LOST: Rejection = {
  code: 'RESERVATION_LOST',
  detail: 'The stock held for this order was given back before it was confirmed.',
  errors: [],
}

/** Stock could not be confirmed within the time an order may stay PENDING. */
export const TIMED_OUT: Rejection = {
  code: 'TIMED_OUT',
  detail: 'The stock could not be confirmed in time.',
  errors: [],
}

/** Only what concerns the order is passed on, not every member products may add. */
function inOrder(fault: Fault): Fault {
  const { pointer, detail, code, sku, product_id, requested, available } = fault
  return {
    pointer,
    detail,
    ...(code !== undefined && { code }),
    ...(sku !== undefined && { sku }),
    ...(product_id !== undefined && { product_id }),
    ...(requested !== undefined && { requested }),
    ...(available !== undefined && { available }),
  }
}
