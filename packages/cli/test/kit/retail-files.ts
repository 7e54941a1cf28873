import type { TestScope } from '@stockgate/test-kit'
import { file } from './files.ts'

/** What a line of an invoice file says; the rest has a usual value. */
export type Line = [invoice: string, stockCode: string, quantity: number, customer?: string, price?: string]

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'

/** The path of an invoice file with these lines. */
export function invoiceFile(t: TestScope, lines: readonly Line[]): string {
  const rows = lines.map(
    ([invoice, stockCode, quantity, customer = '17385', price = '2.55']) =>
      `${invoice},${stockCode},GOODS ${stockCode},${quantity},11/25/11 11:02,${price},${customer},United Kingdom`,
  )
  return file(t, [HEADER, ...rows, ''].join('\r\n'))
}

/**
 * A shop's day with 100 units of each product: orders that fit, one that does not, repeated lines, postage,
 * a damaged piece, a cancellation of an order, one of a rejected order, and goods whose sale is not in the file.
 */
export const DAY: readonly Line[] = [
  ['100', '10001', 10],
  ['100', '10001', 5],
  ['100', '10002', 4],
  ['100', 'POST', 1],
  ['101', '10001', 101, '12000'],
  ['102', '10003', 2, ''],
  ['103', '10002', -9, '', '0'],
  ['C104', '10001', -6],
  ['C104', '10002', -4],
  ['C105', '10001', -101, '12000'],
  ['C106', '10003', -7, '13000'],
  ['107', '10003', 30, '13000'],
  ['107', '10004', 1, '13000'],
  ['C108', '10003', -30, '13000'],
  ['C108', 'D', -1, '13000'],
]
