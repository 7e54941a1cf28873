import fc from 'fast-check'
import t from 'tap'
import { cancel, releasedTotals } from '../src/domain/cancellation.ts'
import { cancelFulfillment, type Fulfillment, pack, ship } from '../src/domain/fulfillment.ts'
import { isSettled, type Line, type Order } from '../src/domain/order.ts'
import { confirm, holdFor, reject, TIMED_OUT } from '../src/domain/placement.ts'

const NOW = new Date('2026-01-01T00:00:00Z')

function orderOf(quantities: readonly number[]): Order {
  const lines = quantities.map(
    (ordered, i): Line => ({
      no: i + 1,
      sku: `S${i}`,
      productId: null,
      unitPrice: null,
      ordered,
      pending: ordered,
      reserved: 0,
      backordered: 0,
      fulfilled: 0,
      cancelled: 0,
      returned: 0,
      packed: 0,
    }),
  )
  return {
    id: 'ord_1',
    userId: '42',
    clientId: 'demo',
    externalId: null,
    status: 'PENDING',
    backorderPolicy: 'REJECT',
    note: null,
    reservationId: 'rsv_1',
    rejection: null,
    lines,
    call: { owner: 'demo 42', key: 'key' },
    traceId: 'trace',
    version: 1,
    createdAt: NOW,
    updatedAt: NOW,
  }
}

/** The reservation products would answer with. */
function reservationOf(order: Order) {
  const lines = holdFor(order).lines.map(({ lineId, quantity }) => ({
    lineId,
    productId: `prd_${lineId}`,
    quantity,
    released: 0,
  }))
  return { id: order.reservationId, status: 'CONFIRMED' as const, lines }
}

const confirmed = (order: Order) => confirm(order, reservationOf(order)).order

function broken(order: Order): string[] {
  return order.lines.flatMap((line) => {
    const { ordered, pending, reserved, backordered, fulfilled, cancelled, returned, packed } = line
    const parts = [pending, reserved, backordered, fulfilled, cancelled, returned, packed]
    const holds =
      ordered === pending + reserved + backordered + fulfilled + cancelled &&
      parts.every((part) => part >= 0) &&
      returned <= fulfilled &&
      packed <= reserved &&
      (pending === 0 || order.status === 'PENDING')
    return holds ? [] : [JSON.stringify(line)]
  })
}

type Step = { kind: 'cancel' | 'pack' | 'ship' | 'unpack' | 'cancel-all'; line: number; quantity: number }

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom<Step['kind'][]>('cancel', 'pack', 'ship', 'unpack', 'cancel-all'),
    line: fc.nat(3),
    quantity: fc.nat(12),
  }),
  { maxLength: 25 },
)

/** One step on an order and its boxes; refusals change nothing. */
function perform(order: Order, boxes: Fulfillment[], { kind, line, quantity }: Step): Order {
  const box = boxes[line]
  const wanted = [{ lineId: String(line + 1), quantity }]
  try {
    if (kind === 'cancel') return cancel(order, { reason: 'x', lines: wanted }, true)?.order ?? order
    if (kind === 'cancel-all') return cancel(order, { reason: 'x' }, true)?.order ?? order
    if (kind === 'pack') {
      const done = pack(order, [{ lineId: String(line + 1), quantity: Math.max(1, quantity) }])
      boxes.push(boxOf(boxes.length, done.packed))
      return done.order
    }
    if (box?.status !== 'PENDING') return order
    const done = kind === 'ship' ? ship(order, box, NOW) : cancelFulfillment(order, box, null, NOW)
    if (done) boxes[line] = done.fulfillment
    return done?.order ?? order
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === undefined) throw error
    return order
  }
}

function boxOf(i: number, lines: Fulfillment['lines']): Fulfillment {
  const nothing = { carrier: null, tracking: null, refusal: null, cancelReason: null }
  const times = { createdAt: NOW, updatedAt: NOW, shippedAt: null, cancelledAt: null }
  return {
    ...nothing,
    ...times,
    id: `ful_${i}`,
    orderId: 'ord_1',
    status: 'PENDING',
    shipping: false,
    lines,
    version: 1,
  }
}

t.test(
  'whatever is cancelled, packed, shipped and unpacked, every unit stays in exactly one place',
  async (t) => {
    const quantities = fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(quantities, steps, (ordered, list) => {
        let order = confirmed(orderOf(ordered))
        const boxes: Fulfillment[] = []
        for (const step of list) {
          const before = order
          order = perform(order, boxes, step)
          if (broken(order).length > 0) return false
          const shrunk = order.lines.some(
            (line, i) =>
              line.cancelled < (before.lines[i] as Line).cancelled ||
              line.fulfilled < (before.lines[i] as Line).fulfilled,
          )
          if (shrunk) return false
        }
        const gone = order.lines.some((line) => line.fulfilled > 0)
        const status = !isSettled(order) ? 'CONFIRMED' : gone ? 'CLOSED' : 'CANCELLED'
        return order.status === status
      }),
      { numRuns: 500 },
    )
    t.pass()
  },
)

t.test('an order that is rejected or cancelled while pending ends with every unit cancelled', async (t) => {
  const order = orderOf([3, 5])
  for (const [after, status] of [
    [reject(order, TIMED_OUT).order, 'REJECTED'],
    [cancel(order, { reason: 'x' }, false)?.order, 'CANCELLED'],
  ] as const) {
    t.equal(after?.status, status)
    t.match(after?.lines, [
      { pending: 0, cancelled: 3 },
      { pending: 0, cancelled: 5 },
    ])
    t.same(broken(after as Order), [])
  }
})

t.test('the totals given back are those cancelled, line by line', async (t) => {
  const order = confirmed(orderOf([3, 5, 2]))
  const after = cancel(order, { reason: 'x', lines: [{ lineId: '2', quantity: 4 }] }, false)?.order as Order
  t.same(releasedTotals(after), [{ lineId: '2', quantity: 4 }])
})
