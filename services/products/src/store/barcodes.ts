import { sql } from 'kysely'
import type { Registered } from '../domain/catalogue.ts'
import type { Database } from './tables.ts'

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
      select 1 as rank, b.value, b.type, b.pack_quantity as "packQuantity",
        b.product_id as "productId", b.location_id as "locationId"
      from barcodes b where b.value = c.value
      union all
      select 2, l.code, 'CODE', 1, null, l.id from locations l where l.code = c.value
      union all
      select 3, p.sku, 'CODE', 1, p.id, null from products p where p.sku = c.value
    ) f
    order by c.position, f.rank limit 1`.execute(db)
  return rows[0]
}
