import { sql } from 'kysely'
import type { StockedProduct } from '../domain/catalogue.ts'
import type { Attributes, Barcode, BarcodeType } from '../domain/product.ts'
import type { Database, Trx } from './tables.ts'

interface Row {
  id: string
  sku: string
  name: string
  description: string | null
  status: 'ACTIVE' | 'ARCHIVED'
  unit_code: string
  unit_decimals: number
  attributes: Attributes
  version: number
  created_at: Date
  updated_at: Date
  barcodes: { type: BarcodeType; value: string; pack_quantity: number }[] | null
  stock: [number, number, number] | null
}

/** The products that a condition picks, each with its barcodes and sums. */
export async function selectProducts(
  db: Database | Trx,
  rest: ReturnType<typeof sql>,
): Promise<StockedProduct[]> {
  const { rows } = await sql<Row>`
    select p.id, p.sku, p.name, p.description, p.status, p.unit_code, p.unit_decimals, p.attributes, p.version,
      p.created_at, p.updated_at, b.barcodes, s.stock
    from products p
    left join lateral (
      select json_agg(json_build_object('type', b.type, 'value', b.value, 'pack_quantity', b.pack_quantity)
        order by b.position) as barcodes
      from barcodes b where b.product_id = p.id) b on true
    left join lateral (
      select json_build_array(sum(l.on_hand), sum(l.reserved), sum(l.unavailable)) as stock
      from stock_levels l where l.product_id = p.id) s on true
    ${rest}`.execute(db)
  return rows.map(fromRow)
}

function fromRow(row: Row): StockedProduct {
  const [onHand, reserved, unavailable] = (row.stock ?? []).map((sum) => sum ?? 0) as [number, number, number]
  return {
    id: row.id,
    sku: row.sku,
    name: row.name,
    description: row.description,
    status: row.status,
    unit: { code: row.unit_code, decimals: row.unit_decimals },
    barcodes: (row.barcodes ?? []).map(
      ({ type, value, pack_quantity: packQuantity }): Barcode => ({ type, value, packQuantity }),
    ),
    attributes: row.attributes,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    stock: { onHand, reserved, unavailable, available: onHand - reserved - unavailable },
  }
}

/** One product by its id. */
export async function readProduct(db: Database | Trx, id: string): Promise<StockedProduct | undefined> {
  return (await selectProducts(db, sql`where p.id = ${id}`))[0]
}
