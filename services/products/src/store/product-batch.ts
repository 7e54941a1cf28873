import { inTransaction, newId, violatedUnique } from '@stockgate/service-kit'
import { sql } from 'kysely'
import type { BatchOutcome, StockedProduct } from '../domain/catalogue.ts'
import type { ProductContent } from '../domain/product.ts'
import { searchText } from '../domain/product.ts'
import { type BatchItem, type BatchPlan, planBatch } from '../domain/product-batch.ts'
import { Refusal } from '../domain/refusal.ts'
import { selectProducts } from './product-rows.ts'
import { refuseWithStock } from './products.ts'
import type { Database, Trx } from './tables.ts'

const TRIES = 5

/**
 * Creates or changes products by sku, each item on its own, all that can be done in one transaction. When somebody
 * else takes a sku or barcode meanwhile, the whole is planned anew on what is there then.
 */
export async function upsertBySku(db: Database, items: readonly BatchItem[]): Promise<BatchOutcome[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(db, (trx) => upsert(trx, items))
    } catch (error) {
      if (attempt === TRIES || violatedUnique(error) === undefined) throw error
    }
  }
}

async function upsert(trx: Trx, items: readonly BatchItem[]): Promise<BatchOutcome[]> {
  let plans = await plan(trx, items, false)
  const touched = plans.flatMap((one) => (one.act === 'change' ? one.present.id : []))
  if (touched.length > 0) {
    await sql`select from products where id = any(${touched}::text[]) order by id for update`.execute(trx)
    plans = await plan(trx, items, true)
  }
  const ids = new Map<BatchPlan<StockedProduct>, string>()
  const creates = plans.filter((one) => one.act === 'create')
  for (const one of creates) ids.set(one, newId('prd'))
  const changes = plans.filter((one) => one.act === 'change')
  for (const one of changes) ids.set(one, one.present.id)
  const rows = [...creates, ...changes].map((one) => ({ id: ids.get(one) as string, ...one.next }))
  await insertAll(trx, rows.slice(0, creates.length))
  await updateAll(trx, rows.slice(creates.length))
  await replaceBarcodes(trx, rows)
  return plans.map((one): BatchOutcome => {
    const { index } = one.item
    if (one.act === 'refuse') return { index, refusal: one.refusal }
    if (one.act === 'nothing') return { index, status: 200, id: one.present.id }
    return { index, status: one.act === 'create' ? 201 : 200, id: ids.get(one) as string }
  })
}

/** With `locked`, shelves of products to be archived are looked at too: nobody can fill them any more. */
async function plan(
  trx: Trx,
  items: readonly BatchItem[],
  locked: boolean,
): Promise<BatchPlan<StockedProduct>[]> {
  const skus = items.map((item) => item.said.sku)
  // Owners first: read after them, a product that took a barcode meanwhile is there as well, and not taken for a stranger.
  const owners = await barcodeOwners(trx, items)
  const present = await selectProducts(trx, sql`where p.sku = any(${skus}::text[])`)
  const plans = planBatch(items, new Map(present.map((one) => [one.sku, one])), (value) => owners.get(value))
  if (!locked) return plans
  return Promise.all(
    plans.map(async (one) => {
      if (one.act !== 'change' || one.next.status !== 'ARCHIVED' || one.present.status === 'ARCHIVED')
        return one
      try {
        await refuseWithStock(trx, one.present.id)
        return one
      } catch (error) {
        if (error instanceof Refusal) return { item: one.item, act: 'refuse' as const, refusal: error }
        throw error
      }
    }),
  )
}

/** Who has the barcodes that the items want, in any spelling: the id of a product or location. */
async function barcodeOwners(trx: Trx, items: readonly BatchItem[]): Promise<Map<string, string>> {
  const values = items
    .flatMap((item) => item.said.barcodes ?? [])
    .flatMap(({ value }) => [value, value.padStart(14, '0')])
  if (values.length === 0) return new Map()
  const { rows } = await sql<{ value: string; owner: string }>`
    select value, coalesce(product_id, location_id) as owner from barcodes where value = any(${values}::text[])`.execute(
    trx,
  )
  return new Map(rows.map((row) => [row.value, row.owner]))
}

type Row = ProductContent & { readonly id: string }

function recordset(rows: readonly Row[]) {
  const document = rows.map((row) => ({
    id: row.id,
    sku: row.sku,
    name: row.name,
    description: row.description,
    status: row.status,
    unit_code: row.unit.code,
    unit_decimals: row.unit.decimals,
    attributes: row.attributes,
    search: searchText(row),
  }))
  return sql`jsonb_to_recordset(${JSON.stringify(document)}::jsonb) as r (id text, sku text, name text,
    description text, status text, unit_code text, unit_decimals integer, attributes jsonb, search text)`
}

async function insertAll(trx: Trx, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    insert into products (id, sku, name, description, status, unit_code, unit_decimals, attributes, search)
    select r.* from ${recordset(rows)} order by r.sku collate "C"`.execute(trx)
}

async function updateAll(trx: Trx, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update products p set name = r.name, description = r.description, status = r.status, unit_code = r.unit_code,
      unit_decimals = r.unit_decimals, attributes = r.attributes, search = r.search, version = p.version + 1,
      updated_at = clock_timestamp()
    from ${recordset(rows)} where p.id = r.id`.execute(trx)
}

async function replaceBarcodes(trx: Trx, rows: readonly Row[]): Promise<void> {
  const ids = rows.map((row) => row.id)
  await sql`delete from barcodes where product_id = any(${ids}::text[])`.execute(trx)
  const barcodes = rows.flatMap((row) =>
    row.barcodes.map(({ type, value, packQuantity }, position) => ({
      product_id: row.id,
      type,
      value,
      pack_quantity: packQuantity,
      position,
    })),
  )
  if (barcodes.length > 0) await trx.insertInto('barcodes').values(barcodes).execute()
}
