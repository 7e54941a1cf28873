import { inTransaction, newId } from '@stockgate/service-kit'
import { sql } from 'kysely'
import type { Movement } from '../domain/ledger.ts'
import { post } from '../domain/movement.ts'
import { Refusal } from '../domain/refusal.ts'
import {
  consume,
  type LineQuantity,
  mayConfirm,
  release,
  type Share,
  statusAfter,
} from '../domain/reservation.ts'
import type { AskedConsumption, Consumption } from '../domain/reservations.ts'
import { expireOne } from './expiry.ts'
import { appendEntries } from './ledger-rows.ts'
import { changeLevels, lockLevels, reservedChanges } from './levels.ts'
import {
  lockReservation,
  moveShares,
  readReservation,
  type StoredReservation,
  setStatus,
} from './reservation-rows.ts'
import type { Database, Trx } from './tables.ts'

/** Makes a hold lasting. Against an expiry exactly one wins: both need the lock on the same row. */
export async function confirmReservation(db: Database, id: string): Promise<StoredReservation | undefined> {
  const outcome = await inTransaction(db, async (trx) => {
    const reservation = await lockReservation(trx, id)
    if (!reservation || !mayConfirm(reservation)) return reservation
    const { rows } = await sql<Pick<StoredReservation, 'status' | 'version' | 'updatedAt'>>`
      update reservations set status = 'CONFIRMED', version = version + 1, updated_at = clock_timestamp()
      where id = ${id} and expires_at > clock_timestamp()
      returning status, version, updated_at as "updatedAt"`.execute(trx)
    if (rows[0]) return { ...reservation, ...rows[0] }
    await expireOne(trx, reservation)
    return 'expired'
  })
  // Said only now: the end of the hold shall be stored even though the call is refused.
  if (outcome === 'expired') throw new Refusal('reservation-expired', 'The reservation has expired.')
  return outcome
}

/**
 * Gives units back. An unknown id becomes a tombstone, so that a reserve still under way is refused; `tombstone` tells
 * so. Undefined when lines of an unknown reservation are named.
 */
export async function releaseReservation(
  db: Database,
  id: string,
  wanted: readonly LineQuantity[] | null,
): Promise<{ reservation: StoredReservation; tombstone: boolean } | undefined> {
  return inTransaction(db, async (trx) => {
    if (wanted === null) {
      const { numAffectedRows } = await sql`
        insert into reservations (id, status) values (${id}, 'RELEASED') on conflict (id) do nothing`.execute(
        trx,
      )
      if (numAffectedRows === 1n) return { reservation: await reread(trx, id), tombstone: true }
    }
    const reservation = await lockReservation(trx, id)
    if (!reservation) return undefined
    const shares = release(reservation, wanted)
    if (shares.length === 0) return { reservation, tombstone: false }
    await lockLevels(trx, shares)
    await changeLevels(trx, reservedChanges(shares, -1))
    await moveShares(trx, 'released', owned(reservation, shares))
    await setStatus(trx, [id], statusAfter(reservation, 'release', shares))
    return { reservation: await reread(trx, id), tombstone: false }
  })
}

/** Ships units: reserved and on_hand fall and the ledger says so, in one commit. Once per fulfilment. */
export async function consumeReservation(
  db: Database,
  id: string,
  { fulfillmentId, lines, fingerprint, head }: AskedConsumption,
): Promise<{ result: Consumption; fresh: boolean } | undefined> {
  return inTransaction(db, async (trx) => {
    const reservation = await lockReservation(trx, id)
    if (!reservation) return undefined
    const known = await earlierConsumption(trx, id, fulfillmentId)
    if (known) {
      if (known.fingerprint === fingerprint) return { result: known.result as Consumption, fresh: false }
      throw new Refusal('illegal-transition', 'This fulfillment_id was consumed with other lines.')
    }
    if (reservation.status === 'HELD' && (await readReservation(trx, id))?.status === 'EXPIRED')
      throw new Refusal('reservation-expired', 'The reservation has expired.')
    const shares = consume(reservation, lines)
    const levels = await lockLevels(trx, shares)
    const postings = shares.map(({ productId, locationId, quantity, asked }) => ({
      productId,
      locationId,
      type: 'SHIPMENT' as const,
      amount: { delta: -quantity },
      expected: null,
      pointer: `#/lines/${asked}/quantity`,
    }))
    const rows = await appendEntries(
      trx,
      post(postings, levels),
      { ...head, documentId: newId('doc'), reason: 'SHIPPED', note: null, reference: reservation.reference },
      reservedChanges(shares, -1),
    )
    await moveShares(trx, 'consumed', owned(reservation, shares))
    const status = statusAfter(reservation, 'consume', shares)
    await setStatus(trx, [id], status)
    const result: Consumption = {
      reservationId: id,
      fulfillmentId,
      status,
      lines,
      movementIds: rows.map((row) => row.id),
      createdAt: (rows[0] as Movement).recordedAt.toISOString(),
    }
    await trx
      .insertInto('reservation_consumptions')
      .values({
        reservation_id: id,
        fulfillment_id: fulfillmentId,
        fingerprint,
        result: JSON.stringify(result) as never,
      })
      .execute()
    return { result, fresh: true }
  })
}

async function earlierConsumption(trx: Trx, id: string, fulfillmentId: string) {
  return trx
    .selectFrom('reservation_consumptions')
    .select(['fingerprint', 'result'])
    .where('reservation_id', '=', id)
    .where('fulfillment_id', '=', fulfillmentId)
    .executeTakeFirst()
}

async function reread(trx: Trx, id: string): Promise<StoredReservation> {
  return (await lockReservation(trx, id)) as StoredReservation
}

function owned(reservation: StoredReservation, shares: readonly Share[]) {
  return shares.map((share) => ({ ...share, reservationId: reservation.id }))
}
