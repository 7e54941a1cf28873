import type { Reservations } from '../domain/reservations.ts'
import { readReservation } from './reservation-rows.ts'
import { confirmReservation, consumeReservation, releaseReservation } from './reservation-steps.ts'
import { reserve } from './reserve.ts'
import type { Database } from './tables.ts'

/** Reservations in PostgreSQL. */
export function createReservations(db: Database): Reservations {
  return {
    find: (id) => readReservation(db, id),
    reserve: (asked) => reserve(db, asked),
    confirm: (id) => confirmReservation(db, id),
    release: (id, wanted) => releaseReservation(db, id, wanted),
    consume: (id, asked) => consumeReservation(db, id, asked),
  }
}
