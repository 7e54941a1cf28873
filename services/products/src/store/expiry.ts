import { inTransaction } from '@stockgate/service-kit'
import { sql } from 'kysely'
import { openShares } from '../domain/reservation.ts'
import { changeLevels, lockLevels, lockLevelsOf, reservedChanges } from './levels.ts'
import { moveShares, type StoredReservation, setStatus, withLinesOf } from './reservation-rows.ts'
import type { Database, Trx } from './tables.ts'

const BATCH = 100

/** Ends every hold that is past its time by the database's clock; returns how many. */
export async function expireOverdue(db: Database): Promise<number> {
  for (let total = 0; ; ) {
    const ended = await inTransaction(db, async (trx) => {
      // A row somebody else works on is skipped: whoever holds it either ends it or proves it overdue as well.
      const overdue = await overdueReservations(
        trx,
        sql`order by r.expires_at, r.id limit ${BATCH} for update skip locked`,
      )
      await lockLevels(trx, overdue.flatMap(openShares))
      await expire(trx, overdue)
      return overdue.length
    })
    total += ended
    if (ended < BATCH) return total
  }
}

/** Locks the overdue holds that keep units of these products, waiting for those who work on them. */
export async function lockOverdueOn(trx: Trx, productIds: readonly string[]): Promise<StoredReservation[]> {
  return overdueReservations(
    trx,
    sql`and exists (
      select from reservation_allocations a where a.reservation_id = r.id and a.product_id = any(${productIds}::text[]))
      order by r.id for update`,
  )
}

/** True when a hold on these products is past its time but still counted as reserved. */
export async function hasOverdueOn(trx: Trx, productIds: readonly string[]): Promise<boolean> {
  const { rows } = await sql`
    select from reservations r join reservation_allocations a on a.reservation_id = r.id
    where r.status = 'HELD' and r.expires_at <= clock_timestamp() and a.product_id = any(${productIds}::text[])
      and a.consumed + a.released < a.quantity
    limit 1`.execute(trx)
  return rows.length > 0
}

/** Ends holds that the transaction has locked, their levels too. */
export async function expire(trx: Trx, overdue: readonly StoredReservation[]): Promise<void> {
  if (overdue.length === 0) return
  const shares = overdue.flatMap((reservation) =>
    openShares(reservation).map((share) => ({ ...share, reservationId: reservation.id })),
  )
  await changeLevels(trx, reservedChanges(shares, -1))
  await moveShares(trx, 'released', shares)
  await setStatus(
    trx,
    overdue.map((reservation) => reservation.id),
    'EXPIRED',
  )
}

/** Ends one hold the transaction has locked. */
export async function expireOne(trx: Trx, reservation: StoredReservation): Promise<void> {
  await lockLevels(trx, openShares(reservation))
  await expire(trx, [reservation])
}

/** Ends holds and locks, in one go and so in one order, all levels of these and of other products. */
export async function expireWithLevelsOf(
  trx: Trx,
  overdue: readonly StoredReservation[],
  productIds: readonly string[],
): Promise<void> {
  await lockLevelsOf(trx, [
    ...productIds,
    ...overdue.flatMap((one) => one.lines.map((line) => line.productId)),
  ])
  await expire(trx, overdue)
}

async function overdueReservations(trx: Trx, rest: ReturnType<typeof sql>): Promise<StoredReservation[]> {
  const { rows } = await sql<{ id: string }>`
    select r.id from reservations r where r.status = 'HELD' and r.expires_at <= clock_timestamp() ${rest}`.execute(
    trx,
  )
  if (rows.length === 0) return []
  const locked = await trx
    .selectFrom('reservations')
    .selectAll()
    .where('id', '=', sql<string>`any(${rows.map((row) => row.id)}::text[])`)
    .execute()
  return withLinesOf(trx, locked)
}
