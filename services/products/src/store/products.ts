import { newId } from '@stockgate/service-kit'
import { sql } from 'kysely'
import type { StockedProduct } from '../domain/catalogue.ts'
import { type Barcode, type ProductContent, sameContent, searchText } from '../domain/product.ts'
import { Refusal } from '../domain/refusal.ts'
import { lockLevelsOf } from './levels.ts'
import { readProduct } from './product-rows.ts'
import type { Trx } from './tables.ts'

/** Writes a new product. A sku or barcode that is taken ends as a unique violation. */
export async function insertProduct(trx: Trx, content: ProductContent): Promise<StockedProduct> {
  const id = newId('prd')
  await trx
    .insertInto('products')
    .values({ id, ...columnsOf(content) })
    .execute()
  await insertBarcodes(trx, id, content.barcodes)
  return (await readProduct(trx, id)) as StockedProduct
}

/** Locks one product until the transaction ends; nobody can record stock for it meanwhile. */
export async function lockProduct(trx: Trx, id: string): Promise<StockedProduct | undefined> {
  const row = await trx
    .selectFrom('products')
    .select('id')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row && readProduct(trx, id)
}

/** Writes what has changed of a locked product; nothing at all when nothing has. Archiving needs empty shelves. */
export async function updateProduct(
  trx: Trx,
  present: StockedProduct,
  next: ProductContent,
): Promise<StockedProduct> {
  if (sameContent(present, next)) return present
  if (next.status === 'ARCHIVED' && present.status !== 'ARCHIVED') await refuseWithStock(trx, present.id)
  await trx
    .updateTable('products')
    .set({
      ...columnsOf(next),
      version: sql<number>`version + 1`,
      updated_at: sql<Date>`clock_timestamp()`,
    })
    .where('id', '=', present.id)
    .execute()
  if (next.barcodes !== present.barcodes) {
    await trx.deleteFrom('barcodes').where('product_id', '=', present.id).execute()
    await insertBarcodes(trx, present.id, next.barcodes)
  }
  return (await readProduct(trx, present.id)) as StockedProduct
}

/** Refuses to archive what is still on the shelves; the product is locked. */
export async function refuseWithStock(trx: Trx, id: string): Promise<void> {
  const levels = await lockLevelsOf(trx, [id])
  const onHand = levels.reduce((sum, level) => sum + level.onHand, 0)
  const reserved = levels.reduce((sum, level) => sum + level.reserved, 0)
  if (onHand + reserved === 0) return
  throw new Refusal('product-has-stock', `${onHand} units on hand, ${reserved} reserved.`)
}

function columnsOf(content: ProductContent) {
  return {
    sku: content.sku,
    name: content.name,
    description: content.description,
    status: content.status,
    unit_code: content.unit.code,
    unit_decimals: content.unit.decimals,
    attributes: JSON.stringify(content.attributes) as never,
    search: searchText(content),
  }
}

async function insertBarcodes(trx: Trx, productId: string, barcodes: readonly Barcode[]): Promise<void> {
  if (barcodes.length === 0) return
  await trx
    .insertInto('barcodes')
    .values(
      barcodes.map(({ type, value, packQuantity }, position) => ({
        type,
        value,
        pack_quantity: packQuantity,
        position,
        product_id: productId,
      })),
    )
    .execute()
}
