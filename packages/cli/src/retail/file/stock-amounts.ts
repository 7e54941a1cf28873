import { skuOf } from './product-code.ts'
import { csvRecords } from './records.ts'
import { UnusableFileError } from './unusable-file.ts'

/** How many units of a sku to begin with. */
export type StockAmounts = (sku: string) => number

/** Opening stock as the option gives it: one number for every product, or a CSV file with the columns sku,quantity. */
export async function stockAmounts(option: string): Promise<StockAmounts> {
  if (/^\d{1,9}$/.test(option)) {
    const amount = Number(option)
    return () => amount
  }
  if (/^[-+\d.,]+$/.test(option))
    throw new UnusableFileError(
      `opening stock: ${option} is neither a whole number of units nor a file of them`,
    )
  const amounts = new Map<string, number>()
  for await (const { line, fields } of csvRecords(option, ['sku', 'quantity'])) {
    const [sku, quantity] = fields ?? []
    if (!sku || !quantity || !/^\d{1,9}$/.test(quantity))
      throw new UnusableFileError(`${option} line ${line}: expected a sku and a number of units`)
    if (amounts.has(skuOf(sku)))
      throw new UnusableFileError(`${option} line ${line}: ${sku} stands there twice`)
    amounts.set(skuOf(sku), Number(quantity))
  }
  return (sku) => amounts.get(sku) ?? 0
}
