import type { EntryType } from '../domain/movement.ts'
import type { LedgerRow } from './ledger.ts'
import type { Database } from './tables.ts'

export interface MovementFilter {
  product_id?: string
  location_id?: string
  type?: EntryType
  reference_type?: string
  reference_id?: string
  document_id?: string
}

/** Rows of the ledger, newest first, from below `before` on. */
export async function listMovements(
  db: Database,
  filter: MovementFilter,
  before: number | undefined,
  count: number,
): Promise<LedgerRow[]> {
  let query = db.selectFrom('stock_movements').selectAll().orderBy('entry_no', 'desc').limit(count)
  for (const column of [
    'product_id',
    'location_id',
    'type',
    'reference_type',
    'reference_id',
    'document_id',
  ] as const) {
    const value = filter[column]
    if (value !== undefined) query = query.where(column, '=', value)
  }
  if (before !== undefined) query = query.where('entry_no', '<', before)
  return query.execute()
}

/** One row of the ledger. */
export async function readMovement(db: Database, id: string): Promise<LedgerRow | undefined> {
  return db.selectFrom('stock_movements').selectAll().where('id', '=', id).executeTakeFirst()
}
