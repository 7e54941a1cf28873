import type { ApiClient } from '../../client/api-client.ts'
import { itemsOf } from '../../client/pages.ts'
import type { Order } from '../order.ts'
import { type LedgerEntry, type LedgerRules, LedgerTally } from './ledger-tally.ts'
import { LevelTally, type StockLevel } from './level-tally.ts'
import { OrderTally } from './order-tally.ts'

/** What the services say about everybody's orders, all movements and all levels. */
export interface ServiceBooks {
  readonly everybody: OrderTally
  readonly ledger: LedgerTally
  readonly levels: LevelTally
}

/** Reads the books of the services page by page; only sums are kept. `clerk` may read all of them. */
export async function readBooks(
  clerk: ApiClient,
  rules: LedgerRules,
  onProgress: () => void,
): Promise<ServiceBooks> {
  const books = {
    everybody: new OrderTally(),
    ledger: new LedgerTally(rules),
    levels: new LevelTally(rules.skuOf),
  }
  const fill = async <Item>(path: string, tally: { add(item: Item): void }) => {
    for await (const item of itemsOf<Item>(clerk, path)) {
      tally.add(item)
      onProgress()
    }
  }
  await fill<Order>('/orders?limit=200', books.everybody)
  await fill<LedgerEntry>('/stock-movements?limit=200', books.ledger)
  await fill<StockLevel>('/stock-levels?limit=200', books.levels)
  return books
}
