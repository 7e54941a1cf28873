import type { Rejection } from './order.ts'
import { confirm, holdFor, RESERVATION_LOST, reject, rejectionOf, TIMED_OUT } from './placement.ts'
import type { Refusal, Reservation, Reservations } from './reservations.ts'
import type { Saga, Sagas, StepResult } from './saga.ts'

/** RESERVE: products is to hold the stock. */
export async function reserve(sagas: Sagas, products: Reservations, saga: Saga): Promise<StepResult> {
  if (saga.late) return tooLate(sagas, products, saga)
  const { order } = await sagas.read(saga)
  const answer = await products.hold(holdFor(order), saga.traceId)
  if (answer.kind === 'done') return held(sagas, saga, answer.value)
  // Illegal only because an earlier version of this service asked in other words: it is our reservation all the same.
  const isOurs = answer.kind === 'refused' && answer.refusal.reason === 'illegal-transition'
  if (answer.kind === 'refused' && !isOurs) return turnedDown(sagas, saga, answer.refusal)

  const asked = await products.ask(saga.reservationId, saga.traceId)
  if (asked.kind === 'done') return held(sagas, saga, asked.value)
  return { failure: answer.kind === 'unclear' ? answer.why : 'the reservation cannot be read' }
}

/** CONFIRM: the point of no return. Once products has confirmed, the order is good. */
export async function confirmHold(sagas: Sagas, products: Reservations, saga: Saga): Promise<StepResult> {
  if (saga.late) return tooLate(sagas, products, saga)
  const answer = await products.confirm(saga.reservationId, saga.traceId)
  if (answer.kind === 'done') return confirmed(sagas, saga, answer.value)
  if (answer.kind === 'refused' && answer.refusal.reason === 'not-found')
    return sagas.advance(saga, 'RESERVE', { type: 'saga.reservation_missing' })
  if (answer.kind === 'refused') return rejected(sagas, saga, rejectionOf(answer.refusal), 'RELEASE')

  const asked = await products.ask(saga.reservationId, saga.traceId)
  if (asked.kind !== 'done' || asked.value.status === 'HELD') return { failure: answer.why }
  return asked.value.status === 'CONFIRMED'
    ? confirmed(sagas, saga, asked.value)
    : rejected(sagas, saga, RESERVATION_LOST, 'RELEASE')
}

function held(sagas: Sagas, saga: Saga, reservation: Reservation) {
  if (reservation.status === 'HELD' || reservation.status === 'CONFIRMED')
    return sagas.advance(saga, 'CONFIRM', { type: 'saga.reserved' })
  return rejected(sagas, saga, RESERVATION_LOST, 'RELEASE')
}

/** An earlier attempt whose answer never came may still arrive at products: a release keeps it from holding stock. */
function turnedDown(sagas: Sagas, saga: Saga, refusal: Refusal) {
  return rejected(sagas, saga, rejectionOf(refusal), saga.attempts > 1 ? 'RELEASE' : 'END')
}

/** The deadline has passed: ask first, then take back. Without an answer the order is decided all the same. */
async function tooLate(sagas: Sagas, products: Reservations, saga: Saga): Promise<StepResult> {
  const asked = await products.ask(saga.reservationId, saga.traceId)
  if (asked.kind === 'done' && asked.value.status === 'CONFIRMED') return confirmed(sagas, saga, asked.value)
  return rejected(sagas, saga, TIMED_OUT, 'RELEASE')
}

function confirmed(sagas: Sagas, saga: Saga, reservation: Reservation) {
  return sagas.decide(saga, ({ order }) => ({ ...confirm(order, reservation), next: 'END' }))
}

function rejected(sagas: Sagas, saga: Saga, rejection: Rejection, next: 'RELEASE' | 'END') {
  return sagas.decide(saga, ({ order }) => ({ ...reject(order, rejection), next }))
}
