import type { ApiClient } from '../client/api-client.ts'
import { INVOICE_COLUMNS } from './file/invoice-line.ts'
import { type NamedProduct, ProductNames } from './file/product-names.ts'
import { csvRecords } from './file/records.ts'
import { stockAmounts } from './file/stock-amounts.ts'
import { UnusableFileError } from './file/unusable-file.ts'
import type { ShowProgress } from './progress.ts'
import { readCatalogue } from './run/catalogue.ts'
import { ensureLocation } from './run/location.ts'
import { type OpeningStock, recordOpeningStock } from './run/opening-stock.ts'
import { type Registered, registerProducts } from './run/register-products.ts'

export interface ImportOptions {
  readonly api: ApiClient
  readonly file: string
  /** A number of units, or the path of a file of amounts. */
  readonly openingStock: string
  readonly locationCode: string
  readonly progress: ShowProgress
}

/** Registers the products of an invoice file and gives each its opening stock, both at most once. */
export async function importFile(
  options: ImportOptions,
): Promise<{ products: Registered; stock: OpeningStock }> {
  const { api, file, locationCode, progress } = options
  const amountOf = await stockAmounts(options.openingStock)
  const named = await productsIn(file)

  const naming = progress('products', named.length)
  const products = await registerProducts(api, named, naming.tick).finally(naming.done)
  const location = { code: locationCode, id: await ensureLocation(api, locationCode) }
  const { idOf } = await readCatalogue(api)
  const lines = named.flatMap(({ sku }) => {
    const productId = idOf.get(sku)
    return productId === undefined ? [] : [{ sku, productId, quantity: amountOf(sku) }]
  })
  const stocking = progress('stock', lines.length)
  const stock = await recordOpeningStock(api, location, lines, stocking.tick).finally(stocking.done)
  return { products, stock }
}

async function productsIn(file: string): Promise<NamedProduct[]> {
  const names = new ProductNames()
  for await (const record of csvRecords(file, INVOICE_COLUMNS)) names.add(record)
  const products = names.products()
  if (products.length === 0) throw new UnusableFileError(`${file} names no product`)
  return products
}
