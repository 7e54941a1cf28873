import t from 'tap'
import type { Classified, InvoiceLine } from '../../src/retail/file/invoice-line.ts'
import { type DocumentRules, DocumentsBuilder } from '../../src/retail/plan/documents.ts'

let line = 1
const sale = (invoice: string, sku: string, quantity: number, priceMinor = 100): InvoiceLine => ({
  kind: 'sale',
  line: line++,
  invoice,
  sku,
  description: sku,
  quantity,
  priceMinor,
  customer: '17385',
})
const cancellation = (invoice: string, sku: string, quantity: number): InvoiceLine => ({
  ...sale(invoice, sku, quantity),
  kind: 'cancellation',
})
const skipped = (invoice: string): Classified => ({
  kind: 'skipped',
  line: line++,
  reason: 'malformed-line',
  invoice,
  stockCode: '',
  value: '',
})

function build(lines: Classified[], rules: Partial<DocumentRules> = {}) {
  const builder = new DocumentsBuilder({ isKnown: () => true, mostLines: 1000, ...rules })
  for (const each of lines) builder.add(each)
  return builder.build()
}

t.test('repeated lines of a product are one order line with their sum, at the first price', async (t) => {
  const { invoices } = build([sale('1', 'A', 2, 255), sale('1', 'B', 1), sale('1', 'A', 3, 199)])
  t.same(
    [...(invoices.get('1')?.lines.values() ?? [])],
    [
      { sku: 'A', quantity: 5, priceMinor: 255, fileLines: 2 },
      { sku: 'B', quantity: 1, priceMinor: 100, fileLines: 1 },
    ],
  )
})

t.test('lines of one invoice belong together even when another stands between them', async (t) => {
  const { invoices } = build([sale('1', 'A', 1), sale('2', 'A', 1), sale('1', 'B', 1)])
  t.equal(invoices.get('1')?.lines.size, 2)
})

t.test('products the catalogue does not know are skipped, in sales and in cancellations', async (t) => {
  const read = build([sale('1', 'A', 1), sale('1', 'X', 1), cancellation('C2', 'X', 1)], {
    isKnown: (sku) => sku === 'A',
  })
  t.same(
    read.skipped.map(({ reason, stockCode }) => [reason, stockCode]),
    [
      ['unknown-product', 'X'],
      ['unknown-product', 'X'],
    ],
  )
  t.equal(read.cancellations.length, 0)
})

t.test('lines above the longest order are skipped, repeats of earlier ones are not', async (t) => {
  const read = build([sale('1', 'A', 1), sale('1', 'B', 1), sale('1', 'A', 1)], { mostLines: 1 })
  t.match(read.skipped, [{ reason: 'invoice-too-long', stockCode: 'B' }])
  t.equal(read.invoices.get('1')?.lines.get('A')?.quantity, 2)
})

t.test(
  'with a limit only the first documents count, cancellations among them, and no line is lost',
  async (t) => {
    const lines = [
      sale('1', 'A', 1),
      cancellation('C2', 'A', 1),
      skipped(''),
      sale('3', 'A', 1),
      sale('1', 'B', 1),
    ]
    const read = build(lines, { limit: 2 })
    t.same([...read.invoices.keys()], ['1'])
    t.equal(read.invoices.get('1')?.lines.size, 2)
    t.equal(read.cancellations.length, 1)
    t.equal(read.skipped.length, 1, 'a broken line belongs to the document it stands in')
    t.equal(read.linesBeyondLimit, 1)
    t.equal(read.linesRead, 5)
  },
)
