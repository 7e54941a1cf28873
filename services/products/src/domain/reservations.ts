import type { DocumentHead, Reference } from './document.ts'
import type { ProductRef } from './ledger.ts'
import type { LineQuantity, Reservation, ReservationStatus } from './reservation.ts'

/** A reservation as the caller asks for it. */
export interface AskedReservation {
  readonly id: string
  readonly reference: Reference
  /** How long it is held unless confirmed. */
  readonly seconds: number
  /** Hash of the whole call: tells a repeat from another call under the same id. */
  readonly fingerprint: string
  readonly lines: readonly (ProductRef & LineQuantity & { readonly locationId: string | null })[]
}

/** What is shipped of a reservation. */
export interface AskedConsumption {
  readonly fulfillmentId: string
  readonly lines: readonly LineQuantity[]
  readonly fingerprint: string
  readonly head: Pick<DocumentHead, 'actor' | 'traceId' | 'occurredAt'>
}

/** What a consumption did; kept as it was first told. */
export interface Consumption {
  readonly reservationId: string
  readonly fulfillmentId: string
  /** Of the reservation, after this consumption. */
  readonly status: ReservationStatus
  readonly lines: readonly LineQuantity[]
  readonly movementIds: readonly string[]
  readonly createdAt: string
}

/** Reservations as they are stored. Every step may be repeated; undefined stands for an unknown reservation. */
export interface Reservations {
  find(id: string): Promise<Reservation | undefined>
  /** Holds the lines, all or none. */
  reserve(asked: AskedReservation): Promise<{ done: Reservation; fresh: boolean }>
  confirm(id: string): Promise<Reservation | undefined>
  /** Gives back the named totals, or with null everything still held; then an unknown id becomes a tombstone. */
  release(
    id: string,
    wanted: readonly LineQuantity[] | null,
  ): Promise<{ reservation: Reservation; tombstone: boolean } | undefined>
  consume(id: string, asked: AskedConsumption): Promise<{ result: Consumption; fresh: boolean } | undefined>
}
