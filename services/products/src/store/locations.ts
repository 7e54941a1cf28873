import { inTransaction, newId, once } from '@stockgate/service-kit'
import { sql } from 'kysely'
import type { Location, LocationDraft } from '../domain/location.ts'
import type { Locations } from '../domain/locations.ts'
import { Refusal } from '../domain/refusal.ts'
import { refusingDuplicates } from './duplicates.ts'
import { listLocations, readLocation } from './location-rows.ts'
import type { Database, Trx } from './tables.ts'

/** Locations in PostgreSQL. */
export function createLocations(db: Database): Locations {
  return {
    list: (filter, after, count) => listLocations(db, filter, after, count),
    find: (id) => readLocation(db, id),
    create: (call, draft, answerOf) =>
      refusingDuplicates(() => once(db, call, async (trx) => answerOf(await insertLocation(trx, draft)))),
    change: (id, decide) =>
      refusingDuplicates(() =>
        inTransaction(db, async (trx) => {
          const present = await lockLocation(trx, id)
          return present && updateLocation(trx, present, decide(present))
        }),
      ),
    archive: (id, decide) =>
      inTransaction(db, async (trx) => {
        const present = await lockLocation(trx, id)
        if (!present) return undefined
        decide(present)
        await archiveLocation(trx, present)
        return readLocation(trx, id)
      }),
  }
}

/**
 * One change of the tree at a time: two that are harmless alone could close a circle together. Taken before any row,
 * by everything that writes locations.
 */
async function lockTree(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('locations tree', 0))`.execute(trx)
}

/** Locks one location until the transaction ends; nobody can record stock at it meanwhile. */
async function lockLocation(trx: Trx, id: string): Promise<Location | undefined> {
  await lockTree(trx)
  const row = await trx
    .selectFrom('locations')
    .select('id')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row && readLocation(trx, id)
}

/** Writes a new location. A code or barcode that is taken ends as a unique violation. */
async function insertLocation(trx: Trx, draft: LocationDraft): Promise<Location> {
  await lockTree(trx)
  await refuseUnusableParent(trx, draft.parentId, null)
  const id = newId('loc')
  const { code, name, type, parentId: parent_id } = draft
  await trx.insertInto('locations').values({ id, code, name, type, parent_id }).execute()
  await setBarcode(trx, id, draft.barcode)
  return (await readLocation(trx, id)) as Location
}

/** Writes what has changed of a locked location; nothing at all when nothing has. */
async function updateLocation(trx: Trx, present: Location, next: LocationDraft): Promise<Location> {
  const { code, name, type, parentId, barcode } = next
  const same =
    code === present.code &&
    name === present.name &&
    type === present.type &&
    parentId === present.parentId &&
    barcode === present.barcode
  if (same) return present
  if (parentId !== present.parentId) await refuseUnusableParent(trx, parentId, present.id)
  await trx
    .updateTable('locations')
    .set({ code, name, type, parent_id: parentId, ...TOUCHED })
    .where('id', '=', present.id)
    .execute()
  if (barcode !== present.barcode) {
    await trx.deleteFrom('barcodes').where('location_id', '=', present.id).execute()
    await setBarcode(trx, present.id, barcode)
  }
  return (await readLocation(trx, present.id)) as Location
}

const TOUCHED = { version: sql<number>`version + 1`, updated_at: sql<Date>`clock_timestamp()` }

/** Archives a locked location, once nothing is in it any more. Its ledger keeps it readable for ever. */
async function archiveLocation(trx: Trx, present: Location): Promise<void> {
  if (present.status === 'ARCHIVED') return
  const { rows } = await sql<{ units: number; places: number }>`
    select
      (select coalesce(sum(on_hand + reserved), 0) from stock_levels where location_id = ${present.id})::bigint as units,
      (select count(*) from locations where parent_id = ${present.id} and status = 'ACTIVE') as places`.execute(
    trx,
  )
  const { units, places } = rows[0] as { units: number; places: number }
  if (units > 0) throw new Refusal('location-not-empty', 'There is still stock at this location.')
  if (places > 0) throw new Refusal('location-not-empty', `${places} locations still belong to this one.`)
  await trx
    .updateTable('locations')
    .set({ status: 'ARCHIVED', ...TOUCHED })
    .where('id', '=', present.id)
    .execute()
}

async function setBarcode(trx: Trx, locationId: string, value: string | null): Promise<void> {
  if (value === null) return
  await trx
    .insertInto('barcodes')
    .values({ value, type: 'CODE', product_id: null, location_id: locationId })
    .execute()
}

/** A parent must be there and in use, and must not lie within the location itself. */
async function refuseUnusableParent(trx: Trx, parentId: string | null, self: string | null): Promise<void> {
  if (parentId === null) return
  const { rows } = await sql<{ id: string; status: string }>`
    with recursive up as (
      select id, parent_id, status from locations where id = ${parentId}
      union
      select l.id, l.parent_id, l.status from locations l join up on l.id = up.parent_id
    ) select id, status from up`.execute(trx)
  const detail =
    rows.length === 0
      ? 'no location has this id'
      : rows.some((row) => row.id === self)
        ? 'lies within this location'
        : rows.find((row) => row.id === parentId)?.status === 'ARCHIVED'
          ? 'is archived'
          : undefined
  if (detail === undefined) return
  throw new Refusal('validation-error', 'The parent cannot be used.', [
    { pointer: '#/parent_id', detail, code: 'UNUSABLE_PARENT' },
  ])
}
