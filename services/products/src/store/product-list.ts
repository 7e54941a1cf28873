import type { Position } from '@stockgate/service-kit'
import { type RawBuilder, sql } from 'kysely'
import type { ProductFilter, ProductSort, StockedProduct } from '../domain/catalogue.ts'
import { selectProducts } from './product-rows.ts'
import type { Database } from './tables.ts'

/** One page of products from after the position on; ties of the sort key are broken by id. */
export async function listProducts(
  db: Database,
  filter: ProductFilter,
  sort: ProductSort,
  after: Position | undefined,
  count: number,
): Promise<StockedProduct[]> {
  const conditions: RawBuilder<unknown>[] = [sql`true`]
  if (filter.sku !== undefined) conditions.push(sql`p.sku = ${filter.sku}`)
  if (filter.status !== undefined) conditions.push(sql`p.status = ${filter.status}`)
  if (filter.q !== undefined) conditions.push(sql`p.search like ${containing(filter.q)}`)
  if (filter.barcode !== undefined)
    conditions.push(sql`p.id in (select product_id from barcodes where value = ${filter.barcode})`)
  const down = sort.startsWith('-')
  const columns = KEYS[sort]
  if (after) {
    const [first, second] = after
    const than = down ? sql`<` : sql`>`
    conditions.push(
      columns === BY_UPDATE
        ? sql`(p.updated_at, p.id) ${than} (${first}::timestamptz, ${second})`
        : sql`${columns[0]} ${than} ${first}`,
    )
  }
  const order = columns.map((column) => (down ? sql`${column} desc` : column))
  return selectProducts(
    db,
    sql`where ${sql.join(conditions, sql` and `)} order by ${sql.join(order)} limit ${count}`,
  )
}

const BY_UPDATE = [sql`p.updated_at`, sql`p.id`] as const
const BY_ID = [sql`p.id`] as const
const BY_SKU = [sql`p.sku`] as const
const KEYS: Readonly<Record<ProductSort, readonly RawBuilder<unknown>[]>> = {
  id: BY_ID,
  '-id': BY_ID,
  sku: BY_SKU,
  '-sku': BY_SKU,
  updated_at: BY_UPDATE,
  '-updated_at': BY_UPDATE,
}

/** A LIKE pattern for text that holds the words as they are. */
function containing(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
}
