/** Where an order stands as a whole. */
export const ORDER_STATUSES = ['PENDING', 'CONFIRMED', 'CLOSED', 'REJECTED', 'CANCELLED'] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

export const FULFILLMENT_STATUSES = ['UNFULFILLED', 'PARTIALLY_FULFILLED', 'FULFILLED'] as const
export type FulfillmentStatus = (typeof FULFILLMENT_STATUSES)[number]

export interface Money {
  readonly minor: number
  readonly currency: string
}

/**
 * One line: every unit ordered is in exactly one of pending, reserved, backordered, fulfilled and cancelled.
 * `packed` is the part of `reserved` that stands in fulfillments not shipped yet.
 */
export interface Line {
  readonly no: number
  readonly sku: string
  readonly productId: string | null
  readonly unitPrice: Money | null
  readonly ordered: number
  readonly pending: number
  readonly reserved: number
  readonly backordered: number
  readonly fulfilled: number
  readonly cancelled: number
  readonly returned: number
  readonly packed: number
}

/** Why an order was rejected; `code` decides which problem the caller is shown. */
export interface Rejection {
  readonly code: RejectionCode
  readonly detail: string
  readonly errors: readonly Fault[]
}

export const REJECTION_CODES = [
  'INSUFFICIENT_STOCK',
  'INVALID_LINES',
  'RESERVATION_LOST',
  'RESERVATION_REFUSED',
  'TIMED_OUT',
] as const
export type RejectionCode = (typeof REJECTION_CODES)[number]

/** One fault in what was asked; `pointer` leads into the body of the order. */
export interface Fault {
  pointer: string
  detail: string
  code?: string
  [more: string]: unknown
}

export interface Order {
  readonly id: string
  readonly userId: string
  readonly clientId: string
  readonly externalId: string | null
  readonly status: OrderStatus
  readonly backorderPolicy: 'REJECT'
  readonly note: string | null
  /** Chosen here and stored before products hears of it, so that every call can be repeated. */
  readonly reservationId: string
  readonly rejection: Rejection | null
  readonly lines: readonly Line[]
  /** The call that made it, whose answer the end of the placement gives. */
  readonly call: { readonly owner: string; readonly key: string }
  readonly traceId: string
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Something that happened to an order, for its timeline. */
export interface OrderEvent {
  readonly type: string
  readonly data?: Readonly<Record<string, unknown>>
}

/** The name of a line on the wire. */
export function lineId(line: Pick<Line, 'no'>): string {
  return String(line.no)
}

/** Units of a line that may still be cancelled: neither gone nor packed to go. */
export function openUnits(line: Line): number {
  return line.pending + line.reserved + line.backordered - line.packed
}

/** Units of a line that may still be packed. */
export function packableUnits(line: Line): number {
  return line.reserved - line.packed
}

/** True when every unit of the order has found its end. */
export function isSettled(order: Order): boolean {
  return order.lines.every((line) => line.pending + line.reserved + line.backordered === 0)
}

/** The status of a confirmed order whose lines have changed. */
export function statusAfter(order: Order): OrderStatus {
  if (!isSettled(order)) return order.status
  return order.lines.some((line) => line.fulfilled > 0) ? 'CLOSED' : 'CANCELLED'
}

/** How much of what is still wanted has left the house. */
export function fulfillmentStatus(order: Order): FulfillmentStatus {
  if (order.lines.every((line) => line.fulfilled === 0)) return 'UNFULFILLED'
  return isSettled(order) ? 'FULFILLED' : 'PARTIALLY_FULFILLED'
}
