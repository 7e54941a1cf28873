import { invoiceDate } from './invoice-date.ts'
import { isGoods, skuOf } from './product-code.ts'
import type { CsvRecord } from './records.ts'
import type { SkippedLine, SkipReason } from './skip-reasons.ts'

/** The columns of an invoice file, in the order `classify` takes them. */
export const INVOICE_COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
] as const

/** A line that sells goods or takes them back. */
export interface InvoiceLine {
  readonly line: number
  readonly kind: 'sale' | 'cancellation'
  readonly invoice: string
  readonly sku: string
  readonly description: string
  /** Always above 0; `kind` says which way the goods go. */
  readonly quantity: number
  /** Price of one unit in hundredths. */
  readonly priceMinor: number
  readonly customer: string
}

/** What a line turned out to be. */
export type Classified = InvoiceLine | ({ readonly kind: 'skipped' } & SkippedLine)

const LARGEST_QUANTITY = 1_000_000_000
const LARGEST_PRICE = 1_000_000_000

/** Reads one record as a sale or cancellation of goods, or says why it is neither. Knows no other line. */
export function classify({ line, fields }: CsvRecord): Classified {
  const [
    invoice = '',
    stockCode = '',
    description = '',
    quantityText = '',
    date = '',
    price = '',
    customer = '',
  ] = fields ?? []
  const skip = (reason: SkipReason, value: string): Classified => ({
    kind: 'skipped',
    line,
    reason,
    invoice,
    stockCode,
    value,
  })
  if (!fields) return skip('malformed-line', '')
  if (!/^C?\d{1,20}$/.test(invoice)) return skip('bad-invoice-number', invoice)
  if (!/^-?\d{1,10}$/.test(quantityText)) return skip('bad-quantity', quantityText)
  const quantity = Number(quantityText)
  if (Math.abs(quantity) > LARGEST_QUANTITY) return skip('bad-quantity', quantityText)
  if (!invoiceDate(date)) return skip('bad-date', date)
  if (!/^\d{1,10}(\.\d{1,10})?$/.test(price)) return skip('bad-price', price)
  const priceMinor = Math.round(Number(price) * 100)
  if (priceMinor > LARGEST_PRICE) return skip('bad-price', price)
  const sku = skuOf(stockCode)
  if (!isGoods(sku)) return skip('not-a-product', stockCode)

  const kind = invoice.startsWith('C') ? 'cancellation' : 'sale'
  if (kind === 'sale' && quantity <= 0) return skip('quantity-not-positive', quantityText)
  if (kind === 'cancellation' && quantity >= 0) return skip('quantity-not-negative', quantityText)
  if (kind === 'sale' && priceMinor === 0 && customer === '') return skip('stock-correction', description)
  return { kind, line, invoice, sku, description, quantity: Math.abs(quantity), priceMinor, customer }
}
