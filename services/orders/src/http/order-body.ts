import { closed, Id, page, Quantity, Timestamp, words } from '@stockgate/service-kit'
import Type from 'typebox'
import {
  FULFILLMENT_STATUSES,
  fulfillmentStatus,
  type Line,
  lineId,
  ORDER_STATUSES,
  type Order,
  REJECTION_CODES,
} from '../domain/order.ts'

const Units = Type.Integer({ minimum: 0 })

export const Money = closed({
  amount_minor: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217 code.' }),
})

export const Note = Type.Union([Type.String({ maxLength: 1000 }), Type.Null()])

/** What a caller sends to place an order. */
export const OrderInput = closed({
  user_id: Type.Optional(
    Type.String({
      pattern: '^[!-~]{1,255}$',
      description: 'Whose order it is: the caller itself when absent. Another user needs `orders:write:all`.',
    }),
  ),
  external_id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: "The caller's own name for it, unique among the user's orders that are not REJECTED.",
    }),
  ),
  backorder_policy: Type.Optional(
    words(['REJECT'], { description: 'A line that is short rejects the order.' }),
  ),
  note: Type.Optional(Note),
  lines: Type.Array(
    closed({
      sku: Type.String({ minLength: 1, maxLength: 64 }),
      quantity: Quantity,
      unit_price: Type.Optional(Money),
    }),
    { minItems: 1, maxItems: 1000 },
  ),
})

const OrderLine = Type.Object({
  line_id: Type.String(),
  sku: Type.String(),
  product_id: Type.Union([Type.String(), Type.Null()], { description: 'Known once the order is CONFIRMED.' }),
  unit_price: Type.Union([Money, Type.Null()]),
  ordered: Units,
  pending: Units,
  reserved: Units,
  backordered: Units,
  fulfilled: Units,
  cancelled: Units,
  returned: Units,
})

export const OrderSchema = Type.Object(
  {
    id: Id,
    user_id: Type.String(),
    external_id: Type.Union([Type.String(), Type.Null()]),
    status: words(ORDER_STATUSES),
    fulfillment_status: words(FULFILLMENT_STATUSES),
    return_status: words(['NONE']),
    backorder_policy: words(['REJECT']),
    note: Note,
    lines: Type.Array(OrderLine, {
      description: 'In each: ordered = pending + reserved + backordered + fulfilled + cancelled.',
    }),
    reservation_id: Type.String(),
    rejection: Type.Union([
      Type.Object({
        code: words(REJECTION_CODES),
        detail: Type.String(),
        errors: Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() })),
      }),
      Type.Null(),
    ]),
    version: Type.Integer(),
    created_at: Timestamp,
    updated_at: Timestamp,
    links: Type.Record(Type.String(), Type.String()),
  },
  { $id: 'Order' },
)

export const OrderPage = page(Type.Ref('Order'))

/** An order as every answer shows it. */
export function orderBody(order: Order) {
  const self = `/orders/${order.id}`
  return {
    id: order.id,
    user_id: order.userId,
    external_id: order.externalId,
    status: order.status,
    fulfillment_status: fulfillmentStatus(order),
    return_status: 'NONE',
    backorder_policy: order.backorderPolicy,
    note: order.note,
    lines: order.lines.map(lineBody),
    reservation_id: order.reservationId,
    rejection: order.rejection,
    version: order.version,
    created_at: order.createdAt.toISOString(),
    updated_at: order.updatedAt.toISOString(),
    links: {
      self,
      user_orders: `/users/${encodeURIComponent(order.userId)}/orders`,
      fulfillments: `${self}/fulfillments`,
      cancellation: `${self}/cancellation`,
      timeline: `${self}/timeline`,
    },
  }
}

function lineBody(line: Line) {
  const { unitPrice } = line
  return {
    line_id: lineId(line),
    sku: line.sku,
    product_id: line.productId,
    unit_price: unitPrice && { amount_minor: unitPrice.minor, currency: unitPrice.currency },
    ordered: line.ordered,
    pending: line.pending,
    reserved: line.reserved,
    backordered: line.backordered,
    fulfilled: line.fulfilled,
    cancelled: line.cancelled,
    returned: line.returned,
  }
}
