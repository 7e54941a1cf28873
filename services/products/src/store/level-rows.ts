import { type Selectable, sql } from 'kysely'
import type { Condition } from '../domain/stock-level.ts'
import type { Database, Tables, Trx } from './tables.ts'

export type LevelRow = Selectable<Tables['stock_levels']>

export interface LevelFilter {
  product_id?: string
  location_id?: string
  condition?: Condition
}

interface Key {
  product_id: string
  location_id: string
}

/** One page of levels by product and location, from after a position on. */
export async function listLevels(
  db: Database,
  filter: LevelFilter,
  after: readonly (string | number)[] | undefined,
  count: number,
): Promise<LevelRow[]> {
  let query = db
    .selectFrom('stock_levels')
    .selectAll()
    .orderBy('product_id')
    .orderBy('location_id')
    .limit(count)
  for (const column of ['product_id', 'location_id', 'condition'] as const) {
    const value = filter[column]
    if (value !== undefined) query = query.where(column, '=', value)
  }
  if (after) query = query.where(sql<boolean>`(product_id, location_id) > (${after[0]}, ${after[1]})`)
  return query.execute()
}

export async function readLevel(
  db: Database,
  { product_id, location_id }: Key,
): Promise<LevelRow | undefined> {
  return db
    .selectFrom('stock_levels')
    .selectAll()
    .where('product_id', '=', product_id)
    .where('location_id', '=', location_id)
    .executeTakeFirst()
}

/** Locks one level until the transaction ends. */
export async function lockLevel(trx: Trx, { product_id, location_id }: Key): Promise<LevelRow | undefined> {
  return trx
    .selectFrom('stock_levels')
    .selectAll()
    .where('product_id', '=', product_id)
    .where('location_id', '=', location_id)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** Writes thresholds that differ to a locked level; absent ones stay, null removes. */
export async function setThresholds(
  trx: Trx,
  present: LevelRow,
  said: { reorder_point?: number | null; reorder_quantity?: number | null },
): Promise<LevelRow> {
  const { reorder_point = present.reorder_point, reorder_quantity = present.reorder_quantity } = said
  if (reorder_point === present.reorder_point && reorder_quantity === present.reorder_quantity) return present
  return trx
    .updateTable('stock_levels')
    .set({
      reorder_point,
      reorder_quantity,
      version: sql<number>`version + 1`,
      updated_at: sql<Date>`clock_timestamp()`,
    })
    .where('product_id', '=', present.product_id)
    .where('location_id', '=', present.location_id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
