import { linesNamed } from './named-lines.ts'
import { type Fault, type Line, lineId, type Order, packableUnits, statusAfter } from './order.ts'
import type { Change } from './placement.ts'
import { illegal, pathOf as orderPath } from './refusals.ts'
import type { LineQuantity, Refusal } from './reservations.ts'

export const PARCEL_STATUSES = ['PENDING', 'SHIPPED', 'CANCELLED'] as const

/** Goods of one order that leave together. */
export interface Fulfillment {
  readonly id: string
  readonly orderId: string
  readonly status: (typeof PARCEL_STATUSES)[number]
  /** Products is being told; until it has answered, nothing else can happen to it. */
  readonly shipping: boolean
  readonly carrier: string | null
  readonly tracking: string | null
  /** Why products would not let it go, the last time. */
  readonly refusal: Refusal | null
  readonly cancelReason: string | null
  readonly lines: readonly { readonly no: number; readonly quantity: number }[]
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly shippedAt: Date | null
  readonly cancelledAt: Date | null
}

export interface ShipmentDetails {
  readonly carrier: string | null
  readonly tracking: string | null
}

export interface FulfillmentChange extends Change {
  readonly fulfillment: Fulfillment
}

/** Packs reserved units of a confirmed order; 409 for more than there is. */
export function pack(
  order: Order,
  wanted: readonly LineQuantity[],
): Change & { packed: Fulfillment['lines'] } {
  if (order.status !== 'CONFIRMED')
    throw illegal(orderPath(order), `An order that is ${order.status} has nothing to pack.`)
  const lines = linesNamed(order, wanted)
  const faults: Fault[] = wanted.flatMap(({ quantity }, i) => {
    const open = packableUnits(lines[i] as Line)
    const pointer = `#/lines/${i}/quantity`
    return quantity > open
      ? [{ pointer, detail: `${open} can be packed`, code: 'SHORT', requested: quantity, open }]
      : []
  })
  if (faults.length > 0) throw illegal(orderPath(order), 'The lines do not allow this.', faults)
  const packed = wanted.map(({ quantity }, i) => ({ no: (lines[i] as Line).no, quantity }))
  return { order: moveUnits(order, packed, pickUp), events: [{ type: 'fulfillment.created' }], packed }
}

/** Asks for the shipment. Undefined when it has been asked for, or happened, in these very words. */
export function beginShipment(
  order: Order,
  fulfillment: Fulfillment,
  details: ShipmentDetails,
): FulfillmentChange | undefined {
  const begun = fulfillment.shipping || fulfillment.status === 'SHIPPED'
  const same = fulfillment.carrier === details.carrier && fulfillment.tracking === details.tracking
  if (begun && same) return undefined
  if (begun) throw illegal(pathOf(fulfillment), 'It is shipped with another carrier or tracking.')
  if (fulfillment.status !== 'PENDING')
    throw illegal(pathOf(fulfillment), `A fulfillment that is ${fulfillment.status} cannot be shipped.`)
  return {
    order,
    events: [{ type: 'fulfillment.shipping', data: { fulfillment_id: fulfillment.id } }],
    fulfillment: { ...fulfillment, ...details, shipping: true, refusal: null },
  }
}

/** Products has taken the goods out of stock. */
export function ship(order: Order, fulfillment: Fulfillment, now: Date): FulfillmentChange {
  const next = moveUnits(order, fulfillment.lines, sendOff)
  const after = { ...next, status: statusAfter(next) }
  const closed = after.status === 'CLOSED' ? [{ type: 'order.closed' }] : []
  return {
    order: after,
    events: [{ type: 'fulfillment.shipped', data: { fulfillment_id: fulfillment.id } }, ...closed],
    fulfillment: { ...fulfillment, status: 'SHIPPED', shipping: false, shippedAt: now },
  }
}

/** Products would not let the goods go: the fulfillment is as before and remembers why. */
export function refuseShipment(order: Order, fulfillment: Fulfillment, refusal: Refusal): FulfillmentChange {
  const data = { fulfillment_id: fulfillment.id, reason: refusal.reason }
  return {
    order,
    events: [{ type: 'fulfillment.shipment_refused', data }],
    fulfillment: { ...fulfillment, shipping: false, carrier: null, tracking: null, refusal },
  }
}

/** Unpacks: the units are open again. Undefined when it is cancelled already. */
export function cancelFulfillment(
  order: Order,
  fulfillment: Fulfillment,
  reason: string | null,
  now: Date,
): FulfillmentChange | undefined {
  if (fulfillment.status === 'CANCELLED') return undefined
  if (fulfillment.shipping || fulfillment.status === 'SHIPPED')
    throw illegal(pathOf(fulfillment), 'It has been shipped, or is about to be.')
  return {
    order: moveUnits(order, fulfillment.lines, putBack),
    events: [{ type: 'fulfillment.cancelled', data: { fulfillment_id: fulfillment.id } }],
    fulfillment: { ...fulfillment, status: 'CANCELLED', cancelReason: reason, cancelledAt: now },
  }
}

/** Its lines as products names them. */
export function consumedLines(fulfillment: Fulfillment): LineQuantity[] {
  return fulfillment.lines.map(({ no, quantity }) => ({ lineId: lineId({ no }), quantity }))
}

const pickUp = (line: Line, n: number) => ({ ...line, packed: line.packed + n })
const putBack = (line: Line, n: number) => ({ ...line, packed: line.packed - n })
const sendOff = (line: Line, n: number) => ({
  ...line,
  packed: line.packed - n,
  reserved: line.reserved - n,
  fulfilled: line.fulfilled + n,
})

function moveUnits(
  order: Order,
  units: Fulfillment['lines'],
  move: (line: Line, quantity: number) => Line,
): Order {
  const byLine = new Map(units.map(({ no, quantity }) => [no, quantity]))
  const lines = order.lines.map((line) => {
    const quantity = byLine.get(line.no)
    return quantity === undefined ? line : move(line, quantity)
  })
  return { ...order, lines }
}

/** Where a fulfillment is read. */
export function pathOf({ orderId, id }: Pick<Fulfillment, 'orderId' | 'id'>): string {
  return `${orderPath({ id: orderId })}/fulfillments/${id}`
}
