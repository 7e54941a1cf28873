import t from 'tap'
import type { CancellationLine, SalesInvoice } from '../../src/retail/plan/documents.ts'
import { matchCancellations, type OrderFate } from '../../src/retail/plan/match-cancellations.ts'

const sale = (position: number, customer: string, units: Record<string, number>): SalesInvoice => ({
  number: String(position),
  customer,
  position,
  lines: new Map(
    Object.entries(units).map(([sku, quantity]) => [sku, { sku, quantity, priceMinor: 100, fileLines: 1 }]),
  ),
})
const back = (position: number, customer: string, sku: string, quantity: number): CancellationLine => ({
  line: position,
  invoice: `C${position}`,
  position,
  sku,
  quantity,
  customer,
})

function plan(lines: CancellationLine[], sales: SalesInvoice[], rejected: string[] = []) {
  const fateOf = (invoice: string): OrderFate => (rejected.includes(invoice) ? 'rejected' : 'accepted')
  return matchCancellations(lines, sales, fateOf)
}

t.test('units come off the latest earlier order of that customer', async (t) => {
  const sales = [sale(1, 'ann', { A: 5 }), sale(2, 'ann', { A: 5 }), sale(4, 'ann', { A: 5 })]
  t.match(plan([back(3, 'ann', 'A', 2)], sales).allocations, [{ order: '2' }])
})

t.test('another customer, product or too few units make it a return', async (t) => {
  const sales = [sale(1, 'ann', { A: 5 })]
  const lines = [back(2, 'bob', 'A', 1), back(3, 'ann', 'B', 1), back(4, 'ann', 'A', 6), back(5, '', 'A', 1)]
  t.same(plan(lines, sales).returns, lines)
})

t.test('a sale without a customer is never cancelled by a line without one', async (t) => {
  t.equal(plan([back(2, '', 'A', 1)], [sale(1, '', { A: 5 })]).returns.length, 1)
})

t.test('an order gives its units once, then the order before it is taken', async (t) => {
  const sales = [sale(1, 'ann', { A: 5 }), sale(2, 'ann', { A: 3 })]
  const { allocations, returns } = plan(
    [3, 4, 5, 6].map((position) => back(position, 'ann', 'A', 3)),
    sales,
  )
  t.same(
    allocations.map(({ order }) => order),
    ['2', '1'],
  )
  t.equal(returns.length, 2)
})

t.test('an accepted order is taken before a later rejected one', async (t) => {
  const sales = [sale(1, 'ann', { A: 5 }), sale(2, 'ann', { A: 5 })]
  t.match(plan([back(3, 'ann', 'A', 1)], sales, ['2']).allocations, [{ order: '1' }])
})

t.test('cancelling only what was rejected needs nothing', async (t) => {
  const { needless, returns } = plan([back(3, 'ann', 'A', 5)], [sale(1, 'ann', { A: 5 })], ['1'])
  t.equal(needless.length, 1)
  t.equal(returns.length, 0)
})

t.test('more of the file changes no decision about its beginning', async (t) => {
  const sales = Array.from({ length: 40 }, (_, n) => sale(2 * n, `c${n % 3}`, { A: 1 + (n % 5), B: 2 }))
  const lines = Array.from({ length: 40 }, (_, n) =>
    back(2 * n + 1, `c${n % 2}`, n % 3 ? 'A' : 'B', 1 + (n % 4)),
  )
  const rejected = ['4', '10', '22']
  const whole = plan(lines, sales, rejected)
  for (const end of [7, 30, 61]) {
    const part = plan(
      lines.filter(({ position }) => position < end),
      sales.filter(({ position }) => position < end),
      rejected,
    )
    t.same(
      part.allocations,
      whole.allocations.filter(({ position }) => position < end),
    )
    t.same(
      part.returns,
      whole.returns.filter(({ position }) => position < end),
    )
  }
})
