import { type Selectable, sql } from 'kysely'
import type { AllocatedLine } from '../domain/allocation.ts'
import type { Allocation, Reservation, ReservationStatus, Share } from '../domain/reservation.ts'
import type { Database, Tables, Trx } from './tables.ts'

type Row = Selectable<Tables['reservations']>

/** A reservation with what is only of interest in here: the hash of the call that made it. */
export interface StoredReservation extends Reservation {
  readonly fingerprint: string | null
}

/** Locks the reservation until the transaction ends. Confirm, release, consume and expire all begin with this. */
export async function lockReservation(trx: Trx, id: string): Promise<StoredReservation | undefined> {
  const row = await trx
    .selectFrom('reservations')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row && withLines(trx, row)
}

/** Reads a reservation. A hold past its time shows as EXPIRED, though the sweeper may not have come by yet. */
export async function readReservation(db: Database, id: string): Promise<StoredReservation | undefined> {
  const row = await db
    .selectFrom('reservations')
    .selectAll()
    .select(sql<boolean>`status = 'HELD' and expires_at <= clock_timestamp()`.as('overdue'))
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const found = await withLines(db, row)
  return row.overdue ? { ...found, status: 'EXPIRED' } : found
}

/** Several reservations that the caller has locked. */
export async function withLinesOf(db: Database | Trx, rows: readonly Row[]): Promise<StoredReservation[]> {
  const ids = rows.map((row) => row.id)
  const [lines, allocations] = [
    await db
      .selectFrom('reservation_lines')
      .selectAll()
      .where('reservation_id', '=', sql<string>`any(${ids}::text[])`)
      .orderBy('position')
      .execute(),
    await db
      .selectFrom('reservation_allocations')
      .selectAll()
      .where('reservation_id', '=', sql<string>`any(${ids}::text[])`)
      .orderBy('position')
      .execute(),
  ]
  const held = new Map<string, Allocation[]>()
  for (const {
    reservation_id,
    line_id,
    location_id: locationId,
    quantity,
    consumed,
    released,
  } of allocations) {
    const key = `${reservation_id} ${line_id}`
    const list = held.get(key) ?? []
    list.push({ locationId, quantity, consumed, released })
    held.set(key, list)
  }
  const linesOf = Map.groupBy(lines, (line) => line.reservation_id)
  return rows.map((row) => ({
    id: row.id,
    status: row.status,
    reference:
      row.reference_type !== null && row.reference_id !== null
        ? { type: row.reference_type, id: row.reference_id }
        : null,
    fingerprint: row.fingerprint,
    expiresAt: row.expires_at,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lines: (linesOf.get(row.id) ?? []).map((line) => ({
      lineId: line.line_id,
      productId: line.product_id,
      sku: line.sku,
      quantity: line.quantity,
      allocations: held.get(`${row.id} ${line.line_id}`) ?? [],
    })),
  }))
}

async function withLines(db: Database | Trx, row: Row): Promise<StoredReservation> {
  return (await withLinesOf(db, [row]))[0] as StoredReservation
}

/** Writes what a new reservation holds. */
export async function insertLines(trx: Trx, id: string, lines: readonly AllocatedLine[]): Promise<void> {
  await sql`
    insert into reservation_lines (reservation_id, line_id, position, product_id, sku, quantity)
    select ${id}, l.line_id, l.position, l.product_id, l.sku, l.quantity from unnest(
      ${lines.map((line) => line.lineId)}::text[], ${lines.map((line) => line.productId)}::text[],
      ${lines.map((line) => line.sku)}::text[], ${lines.map((line) => line.quantity)}::bigint[]
    ) with ordinality as l (line_id, product_id, sku, quantity, position)`.execute(trx)
  const parts = lines.flatMap(({ lineId, productId, allocations }) =>
    allocations.map((allocation) => ({ lineId, productId, ...allocation })),
  )
  await sql`
    insert into reservation_allocations (reservation_id, line_id, position, product_id, location_id, quantity)
    select ${id}, a.line_id, a.position, a.product_id, a.location_id, a.quantity from unnest(
      ${parts.map((part) => part.lineId)}::text[], ${parts.map((part) => part.productId)}::text[],
      ${parts.map((part) => part.locationId)}::text[], ${parts.map((part) => part.quantity)}::bigint[]
    ) with ordinality as a (line_id, product_id, location_id, quantity, position)`.execute(trx)
}

/** Moves shares of a reservation to consumed or released. */
export async function moveShares(
  trx: Trx,
  column: 'consumed' | 'released',
  shares: readonly (Share & { readonly reservationId: string })[],
): Promise<void> {
  const moved = sql.ref(column)
  await sql`
    update reservation_allocations a set ${moved} = a.${moved} + s.quantity
    from unnest(
      ${shares.map((share) => share.reservationId)}::text[], ${shares.map((share) => share.lineId)}::text[],
      ${shares.map((share) => share.locationId)}::text[], ${shares.map((share) => share.quantity)}::bigint[]
    ) as s (reservation_id, line_id, location_id, quantity)
    where a.reservation_id = s.reservation_id and a.line_id = s.line_id and a.location_id = s.location_id`.execute(
    trx,
  )
}

/** Writes the status that locked reservations have now. */
export async function setStatus(trx: Trx, ids: readonly string[], status: ReservationStatus): Promise<void> {
  await sql`
    update reservations set status = ${status}, version = version + 1, updated_at = clock_timestamp()
    where id = any(${ids}::text[])`.execute(trx)
}
