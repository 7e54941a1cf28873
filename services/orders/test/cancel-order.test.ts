import t from 'tap'
import { eventually } from './kit/eventually.ts'
import { ordersApp } from './kit/orders-app.ts'

const put = (reason: string, lines?: [string, number][]) => ({
  method: 'PUT' as const,
  body: { reason, ...(lines && { lines: lines.map(([line_id, quantity]) => ({ line_id, quantity })) }) },
})

t.test('cancelling a confirmed order is 201, gives its stock back, and is 200 when repeated', async (t) => {
  const { place, call, products } = await ordersApp(t)
  const { body: order } = await place({ BOLT: 8, NUT: 2 })
  const path = `/orders/${order.id}/cancellation`
  t.equal((await call(path)).status, 404)
  const first = await call(path, put('not needed'))
  t.equal(first.status, 201)
  t.equal(first.headers.location, path)
  t.match(first.body, {
    order_id: order.id,
    order_status: 'CANCELLED',
    reason: 'not needed',
    lines: [
      { line_id: '1', quantity: 8 },
      { line_id: '2', quantity: 2 },
    ],
    cancelled_by: { sub: '42', client_id: 'demo' },
  })
  t.equal(products.book.reserved('BOLT'), 0)
  t.equal(products.book.held.get(order.reservation_id)?.status, 'RELEASED')
  const again = await call(path, put('not needed'))
  t.same([again.status, again.text], [200, first.text])
  t.same((await call(path)).text, first.text)
  t.match((await call(`/orders/${order.id}`)).body, {
    status: 'CANCELLED',
    fulfillment_status: 'UNFULFILLED',
    lines: [{ reserved: 0, cancelled: 8 }, { cancelled: 2 }],
  })
})

t.test('quantities are totals: they may grow, stay, but neither shrink nor exceed the line', async (t) => {
  const { place, call, products } = await ordersApp(t)
  const { body: order } = await place({ BOLT: 8, NUT: 2 })
  const path = `/orders/${order.id}/cancellation`
  t.equal((await call(path, put('part', [['1', 3]]))).status, 201)
  t.equal((await call(path, put('part', [['1', 3]]))).status, 200)
  t.equal(products.book.reserved('BOLT'), 5)
  t.equal((await call(path, put('more', [['1', 5]]))).status, 200)
  t.equal(products.book.reserved('BOLT'), 3)
  for (const [total, detail] of [
    [4, /5 are cancelled already/],
    [9, /8 can be cancelled/],
  ] as const) {
    const refused = await call(path, put('wrong', [['1', total]]))
    t.equal(refused.status, 409)
    t.match(refused.body, {
      type: /illegal-transition$/,
      errors: [{ pointer: '#/lines/0/quantity', detail }],
    })
  }
  t.match((await call(`/orders/${order.id}`)).body.lines, [
    { ordered: 8, reserved: 3, cancelled: 5 },
    { ordered: 2, reserved: 2, cancelled: 0 },
  ])
  t.equal((await call(path, put('all'))).status, 200)
  t.equal((await call(`/orders/${order.id}`)).body.status, 'CANCELLED')
})

t.test('lines that the order does not have, or that stand twice, are 400', async (t) => {
  const { place, call } = await ordersApp(t)
  const { body: order } = await place({ BOLT: 8 })
  const path = `/orders/${order.id}/cancellation`
  const unknown = await call(path, put('x', [['7', 1]]))
  t.match(unknown, {
    status: 400,
    body: { errors: [{ pointer: '#/lines/0/line_id', code: 'UNKNOWN_LINE' }] },
  })
  const wrong = put('x', [
    ['1', 1],
    ['1', 2],
  ])
  const twice = await call(path, wrong)
  t.match(twice, { status: 400, body: { errors: [{ pointer: '#/lines/1/line_id', code: 'REPEATED_LINE' }] } })
})

t.test('what was rejected, or is out of reach, cannot be cancelled', async (t) => {
  const { place, call } = await ordersApp(t)
  const rejected = await place({ NUT: 99 })
  const path = `${rejected.body.instance}/cancellation`
  t.match(await call(path, put('x')), { status: 409, body: { type: /illegal-transition$/ } })
  const { body: order } = await place({ BOLT: 1 })
  const theirs = await call(`/orders/${order.id}/cancellation`, { ...put('x'), as: { sub: '43' } })
  t.equal(theirs.status, 404)
  t.equal((await call('/orders/ord_unknown/cancellation', put('x'))).status, 404)
  const manager = { sub: 'manager', scopes: ['orders:write:all'] }
  t.equal((await call(`/orders/${order.id}/cancellation`, { ...put('x'), as: manager })).status, 201)
})

t.test(
  'a pending order is cancelled as a whole, and what products may still reserve is refused there',
  async (t) => {
    const { place, call, products } = await ordersApp(t)
    products.failAll({ kind: 'cut-before' })
    const { body: order } = await place({ BOLT: 8, NUT: 2 }, { headers: { prefer: 'respond-async' } })
    const path = `/orders/${order.id}/cancellation`
    const part = await call(path, put('part', [['1', 3]]))
    t.match(part, { status: 409, body: { detail: /PENDING/ } })
    products.failAll(undefined)
    t.equal((await call(path, put('all'))).status, 201)
    t.equal(products.book.held.get(order.reservation_id)?.status, 'RELEASED')
    t.match((await call(`/orders/${order.id}`)).body, {
      status: 'CANCELLED',
      lines: [{ pending: 0, cancelled: 8 }, { pending: 0 }],
    })
  },
)

t.test(
  'a cancellation that overtakes the placement in this very moment leaves nothing reserved',
  async (t) => {
    const { place, call, products, db } = await ordersApp(t, { timeoutMs: 2_000 })
    products.fail('confirm', { kind: 'slow', ms: 300 })
    const confirming = products.seen('confirm')
    const placing = place({ BOLT: 8 })
    await confirming
    const { items } = (await call('/orders')).body
    const cancelled = await call(`/orders/${items[0]?.id}/cancellation`, put('quick'))
    t.equal(cancelled.status, 201)
    t.match(await placing, { status: 201, body: { status: 'CANCELLED' } })
    t.equal(products.book.reserved('BOLT'), 0)
    t.same(await db.selectFrom('sagas').select('step').where('ended_at', 'is', null).execute(), [])
  },
)

t.test('a cancellation stands at once though products is away, and the stock follows', async (t) => {
  const { place, call, products } = await ordersApp(t, { attended: true })
  const { body: order } = await place({ BOLT: 8 })
  products.failAll({ kind: 'cut-before' })
  const cancelled = await call(`/orders/${order.id}/cancellation`, put('x', [['1', 3]]))
  t.equal(cancelled.status, 201)
  t.match((await call(`/orders/${order.id}`)).body.lines, [{ reserved: 5, cancelled: 3 }])
  t.equal(products.book.reserved('BOLT'), 8)
  products.failAll(undefined)
  const reserved = async () => products.book.reserved('BOLT')
  t.equal(await eventually(reserved, (units) => units === 5), 5)
})

t.test('many cancellations at once end at the highest total', async (t) => {
  const { place, call, products, db } = await ordersApp(t)
  const { body: order } = await place({ BOLT: 8 })
  const path = `/orders/${order.id}/cancellation`
  const answers = await Promise.all([1, 2, 3, 4, 5].map((total) => call(path, put('x', [['1', total]]))))
  t.ok(answers.every(({ status }) => status === 201 || status === 200 || status === 409))
  t.match((await call(`/orders/${order.id}`)).body.lines, [{ reserved: 3, cancelled: 5 }])
  t.equal(products.book.reserved('BOLT'), 3)
  t.same(await db.selectFrom('sagas').select('step').where('ended_at', 'is', null).execute(), [])
})
