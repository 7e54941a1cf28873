import { closed, Id, Quantity, Timestamp, words } from '@stockgate/service-kit'
import Type from 'typebox'
import { RESERVATION_STATUSES, type Reservation, unitsOf } from '../domain/reservation.ts'
import type { Consumption } from '../domain/reservations.ts'
import { ReferenceInput } from './movement-body.ts'
import { Sku } from './product-schemas.ts'

const MOST_LINES = 1000

export const ReservationParams = Type.Object({
  reservation_id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
})

export const ReservationInput = closed({
  reference: ReferenceInput,
  expires_in: Type.Optional(
    Type.String({ maxLength: 30, description: 'ISO 8601 duration from PT1S to P31D; PT15M if absent.' }),
  ),
  lines: Type.Array(
    closed({
      line_id: Id,
      product_id: Type.Optional(Id),
      sku: Type.Optional(Sku),
      quantity: Quantity,
      location_id: Type.Optional(
        Type.Union([Id, Type.Null()], { description: 'The only place it may come from.' }),
      ),
    }),
    { minItems: 1, maxItems: MOST_LINES, description: 'All or nothing; line_id names a line from then on.' },
  ),
})

const LineQuantities = (minimum: number) =>
  Type.Array(closed({ line_id: Id, quantity: Type.Integer({ minimum, maximum: Number.MAX_SAFE_INTEGER }) }), {
    minItems: 1,
    maxItems: MOST_LINES,
  })

export const ReleaseInput = Type.Union([closed({ lines: Type.Optional(LineQuantities(0)) }), Type.Null()])

export const ConsumptionInput = closed({ fulfillment_id: Id, lines: LineQuantities(1) })

export const ConsumptionOutput = Type.Object({
  reservation_id: Type.String(),
  fulfillment_id: Type.String(),
  status: words(RESERVATION_STATUSES, { description: 'Of the reservation, after this consumption.' }),
  lines: Type.Array(Type.Object({ line_id: Type.String(), quantity: Type.Integer() })),
  movement_ids: Type.Array(Type.String()),
  created_at: Timestamp,
})

export const ReservationOutput = Type.Object({
  id: Type.String(),
  status: words(RESERVATION_STATUSES),
  reference: Type.Union([Type.Object({ type: Type.String(), id: Type.String() }), Type.Null()]),
  expires_at: Type.Union([Timestamp, Type.Null()]),
  lines: Type.Array(
    Type.Object({
      line_id: Type.String(),
      product_id: Type.String(),
      sku: Type.String(),
      quantity: Type.Integer(),
      consumed: Type.Integer(),
      released: Type.Integer(),
      allocations: Type.Array(Type.Object({ location_id: Type.String(), quantity: Type.Integer() })),
    }),
  ),
  version: Type.Integer(),
  created_at: Timestamp,
  updated_at: Timestamp,
})

/** A reservation as the wire shows it; allocations show what was allocated, whatever became of it. */
export function reservationBody(reservation: Reservation) {
  return {
    id: reservation.id,
    status: reservation.status,
    reference: reservation.reference,
    expires_at: reservation.expiresAt?.toISOString() ?? null,
    lines: reservation.lines.map((line) => {
      const { consumed, released } = unitsOf(line)
      return {
        line_id: line.lineId,
        product_id: line.productId,
        sku: line.sku,
        quantity: line.quantity,
        consumed,
        released,
        allocations: line.allocations.map(({ locationId, quantity }) => ({
          location_id: locationId,
          quantity,
        })),
      }
    }),
    version: reservation.version,
    created_at: reservation.createdAt.toISOString(),
    updated_at: reservation.updatedAt.toISOString(),
  }
}

/** What a consumption did, as the wire shows it. */
export function consumptionBody(consumption: Consumption) {
  return {
    reservation_id: consumption.reservationId,
    fulfillment_id: consumption.fulfillmentId,
    status: consumption.status,
    lines: consumption.lines.map(({ lineId, quantity }) => ({ line_id: lineId, quantity })),
    movement_ids: [...consumption.movementIds],
    created_at: consumption.createdAt,
  }
}
