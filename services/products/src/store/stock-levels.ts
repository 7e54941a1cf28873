import { inTransaction, type Position } from '@stockgate/service-kit'
import { type Selectable, sql } from 'kysely'
import type { LevelFilter, StockLevel, StockLevels, Thresholds } from '../domain/stock-levels.ts'
import type { Database, Tables, Trx } from './tables.ts'

/** Levels as people look at them, in PostgreSQL. */
export function createStockLevels(db: Database): StockLevels {
  return {
    list: (filter, after, count) => listLevels(db, filter, after, count),
    find: async (productId, locationId) => {
      const row = await selectOne(db, productId, locationId).executeTakeFirst()
      return row && fromRow(row)
    },
    change: (productId, locationId, decide) =>
      inTransaction(db, async (trx) => {
        const row = await selectOne(trx, productId, locationId).forNoKeyUpdate().executeTakeFirst()
        if (!row) return undefined
        const present = fromRow(row)
        return setThresholds(trx, present, decide(present))
      }),
  }
}

function selectOne(db: Database | Trx, productId: string, locationId: string) {
  return db
    .selectFrom('stock_levels')
    .selectAll()
    .where('product_id', '=', productId)
    .where('location_id', '=', locationId)
}

async function listLevels(
  db: Database,
  { productId, locationId, condition }: LevelFilter,
  after: Position | undefined,
  count: number,
): Promise<StockLevel[]> {
  let query = db
    .selectFrom('stock_levels')
    .selectAll()
    .orderBy('product_id')
    .orderBy('location_id')
    .limit(count)
  if (productId !== undefined) query = query.where('product_id', '=', productId)
  if (locationId !== undefined) query = query.where('location_id', '=', locationId)
  if (condition !== undefined) query = query.where('condition', '=', condition)
  if (after) query = query.where(sql<boolean>`(product_id, location_id) > (${after[0]}, ${after[1]})`)
  return (await query.execute()).map(fromRow)
}

/** Writes thresholds to a locked level; nothing at all when they are the same. */
async function setThresholds(trx: Trx, present: StockLevel, next: Thresholds): Promise<StockLevel> {
  const { reorderPoint: reorder_point, reorderQuantity: reorder_quantity } = next
  if (reorder_point === present.reorderPoint && reorder_quantity === present.reorderQuantity) return present
  const row = await trx
    .updateTable('stock_levels')
    .set({
      reorder_point,
      reorder_quantity,
      version: sql<number>`version + 1`,
      updated_at: sql<Date>`clock_timestamp()`,
    })
    .where('product_id', '=', present.productId)
    .where('location_id', '=', present.locationId)
    .returningAll()
    .executeTakeFirstOrThrow()
  return fromRow(row)
}

function fromRow(row: Selectable<Tables['stock_levels']>): StockLevel {
  return {
    productId: row.product_id,
    locationId: row.location_id,
    onHand: row.on_hand,
    reserved: row.reserved,
    unavailable: row.unavailable,
    available: row.available,
    reorderPoint: row.reorder_point,
    reorderQuantity: row.reorder_quantity,
    condition: row.condition,
    version: row.version,
    updatedAt: row.updated_at,
  }
}
