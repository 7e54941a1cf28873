import type { CancellationLine, SalesInvoice } from './documents.ts'

/** What became of the order of an invoice, as far as cancelling it is concerned. */
export type OrderFate = 'accepted' | 'rejected'

/** A cancellation line that takes units off one order. */
export interface Allocation extends CancellationLine {
  /** The invoice number of that order. */
  readonly order: string
}

export interface CancellationPlan {
  readonly allocations: readonly Allocation[]
  /** Goods whose sale the file does not show: they come back into stock. */
  readonly returns: readonly CancellationLine[]
  /** Units of orders that never took any stock: nothing to do. */
  readonly needless: readonly CancellationLine[]
}

interface Sale {
  readonly invoice: SalesInvoice
  readonly fate: OrderFate
  open: number
}

/**
 * Decides for each cancellation line, in the order of the file, where its units come from: the latest earlier
 * order of the same customer that has so many units of the product left, else a rejected order of that kind,
 * else goods sold before the file begins. A line is never split.
 *
 * It looks at the file and the fates of the orders alone, never at what an earlier run cancelled, so every run
 * decides alike; and only at what stands before a line, so more of the file changes no decision on its beginning.
 */
export function matchCancellations(
  cancellations: readonly CancellationLine[],
  invoices: Iterable<SalesInvoice>,
  fateOf: (invoice: string) => OrderFate,
): CancellationPlan {
  const sales = salesByCustomerAndSku(invoices, fateOf)
  const plan = {
    allocations: [] as Allocation[],
    returns: [] as CancellationLine[],
    needless: [] as CancellationLine[],
  }
  for (const line of cancellations) {
    const earlier = (sales.get(key(line.customer, line.sku)) ?? []).filter(
      ({ invoice, open }) => invoice.position < line.position && open >= line.quantity,
    )
    const sale = earlier.findLast(({ fate }) => fate === 'accepted') ?? earlier.at(-1)
    if (!sale) plan.returns.push(line)
    else {
      sale.open -= line.quantity
      if (sale.fate === 'accepted') plan.allocations.push({ ...line, order: sale.invoice.number })
      else plan.needless.push(line)
    }
  }
  return plan
}

function salesByCustomerAndSku(
  invoices: Iterable<SalesInvoice>,
  fateOf: (invoice: string) => OrderFate,
): Map<string, Sale[]> {
  const sales = new Map<string, Sale[]>()
  for (const invoice of invoices) {
    if (invoice.customer === '') continue
    const fate = fateOf(invoice.number)
    for (const { sku, quantity } of invoice.lines.values()) {
      const place = key(invoice.customer, sku)
      const list = sales.get(place) ?? []
      list.push({ invoice, fate, open: quantity })
      sales.set(place, list)
    }
  }
  for (const list of sales.values()) list.sort((a, b) => a.invoice.position - b.invoice.position)
  return sales
}

const key = (customer: string, sku: string) => `${customer} ${sku}`
