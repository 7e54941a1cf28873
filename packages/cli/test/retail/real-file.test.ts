import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { INVOICE_COLUMNS } from '../../src/retail/file/invoice-line.ts'
import { ProductNames } from '../../src/retail/file/product-names.ts'
import { csvRecords } from '../../src/retail/file/records.ts'
import { matchCancellations } from '../../src/retail/plan/match-cancellations.ts'
import { readDocuments } from '../../src/retail/run/read-documents.ts'
import { countByReason } from '../../src/retail/show/skipped-lines.ts'

const folder = process.env.STOCKGATE_DATA_SAMPLES
const path = folder === undefined ? undefined : join(folder, 'online-retail.csv')
const skip =
  path === undefined
    ? 'STOCKGATE_DATA_SAMPLES names no folder with online-retail.csv'
    : !existsSync(path) && `${path} is not there`

t.test('every line of the real file is accounted for', { skip }, async (t) => {
  const read = await readDocuments(path ?? '', { isKnown: () => true, mostLines: 1000 })
  t.equal(read.linesRead, 41_910)
  t.equal(read.invoices.size, 1293)
  t.same(Object.fromEntries(countByReason(read.skipped)), {
    'not-a-product': 173,
    'quantity-not-positive': 52,
    'stock-correction': 33,
  })
  const ordered = [...read.invoices.values()].flatMap(({ lines }) => [...lines.values()])
  const lines = ordered.reduce((sum, { fileLines }) => sum + fileLines, 0)
  t.equal(lines + read.cancellations.length + read.skipped.length, read.linesRead)

  const plan = matchCancellations(read.cancellations, read.invoices.values(), () => 'accepted')
  t.equal(plan.allocations.length + plan.returns.length, read.cancellations.length)
  t.ok(plan.allocations.length > 100)
})

t.test('its products are goods with a name, in capitals', { skip }, async (t) => {
  const names = new ProductNames()
  for await (const record of csvRecords(path ?? '', INVOICE_COLUMNS)) names.add(record)
  const products = names.products()
  t.equal(products.length, 2635)
  t.ok(products.every(({ sku, name }) => sku === sku.toUpperCase() && name.length > 2))
  t.equal(products.find(({ sku }) => sku === '85123A')?.name, 'WHITE HANGING HEART T-LIGHT HOLDER')
})
