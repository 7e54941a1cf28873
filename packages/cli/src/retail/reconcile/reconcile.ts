import { type Check, equal, equalByKey, nothing } from './check.ts'
import type { LedgerTally } from './ledger-tally.ts'
import type { LevelTally } from './level-tally.ts'
import type { OrderTally, OrderUnits } from './order-tally.ts'

/** Where the lines of the file went. */
export interface LineCounts {
  readonly read: number
  readonly ordered: number
  readonly cancelled: number
  readonly returned: number
  readonly skipped: number
  readonly beyondLimit: number
}

/** Everything a reconciliation compares. The tallies were read from the services after the last write. */
export interface Books {
  readonly lines: LineCounts
  readonly invoices: number
  /** Invoices that have more than one order. */
  readonly doubled: readonly string[]
  /** Units the file takes back as returns, per sku. */
  readonly returns: ReadonlyMap<string, number>
  /** Units the file orders, per sku, of the orders that were accepted. */
  readonly orderedByFile: ReadonlyMap<string, number>
  readonly ours: OrderTally
  /** The orders of everybody. */
  readonly everybody: OrderTally
  readonly ledger: LedgerTally
  readonly levels: LevelTally
}

/** Every sum that has to hold once a replay has ended, in the order of the story. Pure. */
export function reconcile(books: Books): Check[] {
  const { lines, ours, everybody, ledger, levels } = books
  const of = (tally: OrderTally, name: keyof OrderUnits) =>
    new Map(tally.bySku.entries().map(([sku, units]) => [sku, units[name]]))
  const status = (name: string) => ours.statuses.get(name) ?? 0
  const { ordered, fulfilled, cancelled, reserved } = ours.accepted
  const accounted = lines.ordered + lines.cancelled + lines.returned + lines.skipped + lines.beyondLimit
  return [
    equal('lines read = ordered + cancelled + returned + skipped', lines.read, accounted),
    equal('invoices = orders', books.invoices, ours.orders),
    equal(
      'orders = confirmed + closed + cancelled + rejected',
      ours.orders,
      status('CONFIRMED') + status('CLOSED') + status('CANCELLED') + status('REJECTED'),
    ),
    nothing('invoices with two orders', books.doubled),
    equalByKey('units ordered: file = accepted orders', books.orderedByFile, of(ours, 'ordered')),
    equal('units ordered = shipped + cancelled + still reserved', ordered, fulfilled + cancelled + reserved),
    nothing('order lines that do not add up', [...ours.broken, ...everybody.broken]),
    equalByKey('units shipped: ledger = orders', ledger.shipped, of(ours, 'fulfilled')),
    equalByKey('units returned: ledger = file', ledger.returned, books.returns),
    equalByKey('units in the ledger = units on hand', ledger.byLevel, levels.onHand),
    equalByKey('units reserved: levels = orders', levels.reserved, of(everybody, 'reserved')),
    nothing('levels below zero or oversold', levels.impossible),
    equal('ledger entries that went below zero', ledger.negative, 0),
  ]
}
