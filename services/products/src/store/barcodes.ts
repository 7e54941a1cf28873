import { sql } from 'kysely'
import type { BarcodeType } from '../domain/product.ts'
import type { Database } from './tables.ts'

/** Whose a scanned code is. */
export interface Registered {
  readonly value: string
  readonly type: BarcodeType
  readonly pack_quantity: number
  readonly product_id: string | null
  readonly location_id: string | null
}

/**
 * The first of the candidates that somebody registered. A location's code and a product's sku count as codes too,
 * after everything registered as a barcode: labels on shelves and boxes often carry just these.
 */
export async function findRegistered(
  db: Database,
  candidates: readonly string[],
): Promise<Registered | undefined> {
  const { rows } = await sql<Registered>`
    select f.* from unnest(${candidates}::text[]) with ordinality as c (value, position)
    cross join lateral (
      select 1 as rank, b.value, b.type, b.pack_quantity, b.product_id, b.location_id
      from barcodes b where b.value = c.value
      union all
      select 2, l.code, 'CODE', 1, null, l.id from locations l where l.code = c.value
      union all
      select 3, p.sku, 'CODE', 1, p.id, null from products p where p.sku = c.value
    ) f
    order by c.position, f.rank limit 1`.execute(db)
  return rows[0]
}
