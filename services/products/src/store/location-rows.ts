import { sql } from 'kysely'
import type { Location, LocationType } from '../domain/location.ts'
import type { LocationFilter } from '../domain/locations.ts'
import type { Database, Trx } from './tables.ts'

interface Row {
  id: string
  code: string
  name: string
  type: LocationType
  status: 'ACTIVE' | 'ARCHIVED'
  parent_id: string | null
  version: number
  created_at: Date
  updated_at: Date
  barcode: string | null
}

async function selectLocations(db: Database | Trx, rest: ReturnType<typeof sql>): Promise<Location[]> {
  const { rows } = await sql<Row>`
    select l.*, b.value as barcode from locations l left join barcodes b on b.location_id = l.id ${rest}`.execute(
    db,
  )
  return rows.map((row) => ({
    id: row.id,
    code: row.code,
    name: row.name,
    type: row.type,
    status: row.status,
    parentId: row.parent_id,
    barcode: row.barcode,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }))
}

/** One page of locations by id, from after one on. */
export async function listLocations(
  db: Database,
  filter: LocationFilter,
  after: string | undefined,
  count: number,
): Promise<Location[]> {
  const conditions = [sql`true`]
  const { code, type, status, parentId } = filter
  for (const [column, value] of Object.entries({ code, type, status, parent_id: parentId }))
    if (value !== undefined) conditions.push(sql`${sql.ref(`l.${column}`)} = ${value}`)
  if (after !== undefined) conditions.push(sql`l.id > ${after}`)
  return selectLocations(db, sql`where ${sql.join(conditions, sql` and `)} order by l.id limit ${count}`)
}

export async function readLocation(db: Database | Trx, id: string): Promise<Location | undefined> {
  return (await selectLocations(db, sql`where l.id = ${id}`))[0]
}
