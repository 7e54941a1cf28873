import { Id, page, Quantity, Timestamp, words } from '@stockgate/service-kit'
import Type from 'typebox'
import { type Fulfillment, PARCEL_STATUSES, pathOf } from '../domain/fulfillment.ts'
import { lineId } from '../domain/order.ts'

const Text = Type.Union([Type.String(), Type.Null()])
const Moment = Type.Union([Timestamp, Type.Null()])

export const FulfillmentSchema = Type.Object(
  {
    id: Id,
    order_id: Id,
    status: words(PARCEL_STATUSES),
    lines: Type.Array(Type.Object({ line_id: Type.String(), quantity: Quantity })),
    shipment: Type.Union([Type.Object({ carrier: Text, tracking: Text, shipped_at: Moment }), Type.Null()], {
      description: 'Asked for once it is not null; `shipped_at` tells when the goods left the stock.',
    }),
    cancel_reason: Text,
    version: Type.Integer(),
    created_at: Timestamp,
    updated_at: Timestamp,
    cancelled_at: Moment,
    links: Type.Record(Type.String(), Type.String()),
  },
  { $id: 'Fulfillment' },
)

export const FulfillmentPage = page(Type.Ref('Fulfillment'))

/** A fulfillment as every answer shows it. */
export function fulfillmentBody(one: Fulfillment) {
  const self = pathOf(one)
  const asked = one.shipping || one.status === 'SHIPPED'
  return {
    id: one.id,
    order_id: one.orderId,
    status: one.status,
    lines: one.lines.map(({ no, quantity }) => ({ line_id: lineId({ no }), quantity })),
    shipment: asked
      ? {
          carrier: one.carrier,
          tracking: one.tracking,
          shipped_at: one.shippedAt?.toISOString() ?? null,
        }
      : null,
    cancel_reason: one.cancelReason,
    version: one.version,
    created_at: one.createdAt.toISOString(),
    updated_at: one.updatedAt.toISOString(),
    cancelled_at: one.cancelledAt?.toISOString() ?? null,
    links: { self, order: `/orders/${one.orderId}`, shipment: `${self}/shipment` },
  }
}
