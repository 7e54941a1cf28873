import { releasedTotals } from './cancellation.ts'
import type { LineQuantity, Reservation, Reservations } from './reservations.ts'
import type { Saga, Sagas, StepResult } from './saga.ts'

/**
 * RELEASE: products gets back what the order does not want any more. A placement gives back everything; a
 * cancellation the totals its order has reached by now, so releases that overtake each other do no harm.
 */
export async function release(sagas: Sagas, products: Reservations, saga: Saga): Promise<StepResult> {
  const totals = saga.kind === 'RELEASE' ? releasedTotals((await sagas.read(saga)).order) : undefined
  const answer = await products.release(saga.reservationId, totals, saga.traceId)
  if (answer.kind === 'done') return sagas.end(saga, { type: 'saga.released' })
  if (answer.kind === 'unclear') return { failure: answer.why }

  const asked = await products.ask(saga.reservationId, saga.traceId)
  const isGone = asked.kind === 'refused' && asked.refusal.reason === 'not-found'
  if (isGone || (asked.kind === 'done' && isReleased(asked.value, totals)))
    return sagas.end(saga, { type: 'saga.released' })
  return { failure: `release refused: ${answer.refusal.reason}` }
}

function isReleased(reservation: Reservation, totals: readonly LineQuantity[] | undefined): boolean {
  if (reservation.status !== 'HELD' && reservation.status !== 'CONFIRMED') return true
  if (!totals) return false
  const releasedOf = new Map(reservation.lines.map((line) => [line.lineId, line.released]))
  return totals.every(({ lineId, quantity }) => (releasedOf.get(lineId) ?? 0) >= quantity)
}
