import t from 'tap'
import type { Order, OrderLine } from '../../src/retail/order.ts'
import { LedgerTally } from '../../src/retail/reconcile/ledger-tally.ts'
import { LevelTally } from '../../src/retail/reconcile/level-tally.ts'
import { OrderTally } from '../../src/retail/reconcile/order-tally.ts'
import { type Books, reconcile } from '../../src/retail/reconcile/reconcile.ts'

const line = (sku: string, units: Partial<OrderLine>): OrderLine => ({
  line_id: '1',
  sku,
  ordered: 0,
  pending: 0,
  reserved: 0,
  backordered: 0,
  fulfilled: 0,
  cancelled: 0,
  ...units,
})

/** 100 of A came in; order 1 took 10 and cancelled 2 of them, order 2 has 5 reserved, order 3 wanted too many. */
const order = { external_id: null, created_at: '2026-11-22T10:00:00Z', rejection: null }
const orders = (): Order[] => [
  { ...order, id: 'o1', status: 'CLOSED', lines: [line('A', { ordered: 10, fulfilled: 8, cancelled: 2 })] },
  { ...order, id: 'o2', status: 'CONFIRMED', lines: [line('A', { ordered: 5, reserved: 5 })] },
  { ...order, id: 'o3', status: 'REJECTED', lines: [line('A', { ordered: 999 })] },
]
const entry = { product_id: 'prd_A', location_id: 'L' }
const movements = () => [
  { ...entry, type: 'RECEIPT', delta: 100, on_hand_after: 100, reference: null },
  { ...entry, type: 'SHIPMENT', delta: -8, on_hand_after: 92, reference: { type: 'ORDER', id: 'o1' } },
  { ...entry, type: 'SHIPMENT', delta: -4, on_hand_after: 88, reference: { type: 'ORDER', id: 'another' } },
  { ...entry, type: 'RETURN', delta: 3, on_hand_after: 91, reference: { type: 'INVOICE', id: 'C9' } },
]
const levels = () => [{ ...entry, on_hand: 91, reserved: 6 }]

interface Change {
  orders?: (orders: Order[]) => Order[]
  movements?: (list: ReturnType<typeof movements>) => ReturnType<typeof movements>
  levels?: (list: ReturnType<typeof levels>) => ReturnType<typeof levels>
  books?: Partial<Books>
}

const skuOf = (id: string) => id.slice(4)

/** The names of the sums that do not hold after a change. */
function broken(change: Change = {}): string[] {
  const [ours, everybody, levelTally] = [new OrderTally(), new OrderTally(), new LevelTally(skuOf)]
  const mine = (change.orders ?? ((list) => list))(orders())
  for (const order of mine) ours.add(order)
  const others: Order = {
    ...order,
    id: 'o4',
    status: 'CONFIRMED',
    lines: [line('A', { ordered: 1, reserved: 1 })],
  }
  for (const order of [...mine, others]) everybody.add(order)
  const ledger = new LedgerTally({
    skuOf,
    isOrder: (id) => /^o\d/.test(id),
    isCancellation: (id) => id === 'C9',
  })
  for (const movement of (change.movements ?? ((list) => list))(movements())) ledger.add(movement)
  for (const level of (change.levels ?? ((list) => list))(levels())) levelTally.add(level)
  const checks = reconcile({
    lines: { read: 7, ordered: 3, cancelled: 1, returned: 1, skipped: 1, beyondLimit: 1 },
    invoices: 3,
    doubled: [],
    returns: new Map([['A', 3]]),
    orderedByFile: new Map([['A', 15]]),
    ours,
    everybody,
    ledger,
    levels: levelTally,
    ...change.books,
  })
  return checks.filter(({ ok }) => !ok).map(({ name }) => name)
}

t.test('books that agree hold in every sum, with orders and movements of others among them', async (t) => {
  t.same(broken(), [])
})

t.test('a line of the file that nobody accounts for is noticed', async (t) => {
  const lines = { read: 8, ordered: 3, cancelled: 1, returned: 1, skipped: 1, beyondLimit: 1 }
  t.match(broken({ books: { lines } }), [/lines read/])
})

t.test('an invoice without an order, a pending one and a doubled one are noticed', async (t) => {
  t.match(broken({ books: { invoices: 4 } }), ['invoices = orders'])
  t.match(broken({ books: { doubled: ['578703'] } }), ['invoices with two orders'])
  const pending = (list: Order[]) =>
    list.map((order) => (order.id === 'o3' ? { ...order, status: 'PENDING' } : order))
  t.ok(broken({ orders: pending }).some((name) => name.startsWith('orders = confirmed')))
})

t.test('a shipment that the ledger lacks, or has twice, is noticed', async (t) => {
  const shipped = /units shipped: ledger = orders/
  t.match(broken({ movements: (list) => list.filter((_, index) => index !== 1) }), [shipped, /on hand/])
  t.match(broken({ movements: (list) => [...list, ...list.slice(1, 2)] }), [shipped, /on hand/])
})

t.test('goods returned twice are noticed', async (t) => {
  t.match(broken({ movements: (list) => [...list, ...list.slice(3)] }), [/units returned/, /on hand/])
})

t.test('a reservation nobody holds is noticed', async (t) => {
  t.same(broken({ levels: (list) => list.map((level) => ({ ...level, reserved: 7 })) }), [
    'units reserved: levels = orders',
  ])
})

t.test('stock below zero, oversold stock and a ledger that ever went below zero are noticed', async (t) => {
  const oversold = broken({ levels: (list) => list.map((level) => ({ ...level, reserved: 92 })) })
  t.ok(oversold.includes('levels below zero or oversold'))
  const dipped = broken({
    movements: (list) => list.map((each, index) => (index === 1 ? { ...each, on_hand_after: -1 } : each)),
  })
  t.same(dipped, ['ledger entries that went below zero'])
})

t.test('an order line whose quantities do not add up is noticed', async (t) => {
  const changed = broken({
    orders: ([first, ...rest]) => [
      { ...(first as Order), lines: [line('A', { ordered: 10, fulfilled: 8, cancelled: 1 })] },
      ...rest,
    ],
  })
  t.ok(changed.includes('order lines that do not add up'))
})

t.test('a rejected order that holds stock is noticed', async (t) => {
  const changed = broken({
    orders: (list) => [
      ...list.slice(0, 2),
      { ...order, id: 'o3', status: 'REJECTED', lines: [line('A', { ordered: 9, reserved: 9 })] },
    ],
  })
  t.ok(changed.includes('order lines that do not add up'))
})
