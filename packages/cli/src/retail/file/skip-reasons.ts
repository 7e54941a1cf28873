/** Why a line of the file becomes neither part of an order nor of a cancellation, in words for the summary. */
export const skipReasons = {
  'malformed-line': 'not a line of this format (quotes or number of columns)',
  'bad-invoice-number': 'invoice number is not digits, or C and digits',
  'bad-quantity': 'quantity is not a whole number',
  'bad-date': 'date is of no known format',
  'bad-price': 'price is not a decimal number of 0 or more',
  'not-a-product': 'stock code is no product (postage, fee, discount, voucher)',
  'quantity-not-positive': 'sale of zero or fewer units (damaged, lost, counted)',
  'quantity-not-negative': 'cancellation that does not take units back',
  'stock-correction': 'price 0 without a customer: a stock correction, not a sale',
  'unknown-product': 'product is not in the catalogue',
  'invoice-too-long': 'invoice has more lines than one order may have',
  'order-was-rejected': 'cancels units of an order that was rejected for want of stock',
} as const

/** One of the reasons above. */
export type SkipReason = keyof typeof skipReasons

/** One line that was left out, with enough to find it again. */
export interface SkippedLine {
  readonly line: number
  readonly reason: SkipReason
  readonly invoice: string
  readonly stockCode: string
  /** The value that made it so. */
  readonly value: string
}
