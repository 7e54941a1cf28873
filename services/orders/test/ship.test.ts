import t from 'tap'
import { eventually } from './kit/eventually.ts'
import { type OrdersApp, ordersApp, type Sent } from './kit/orders-app.ts'

const clerk = { sub: 'warehouse', scopes: ['orders:fulfill', 'orders:read:all'] }
const ship = (body: object = {}, headers: Record<string, string> = {}): Sent => ({
  method: 'PUT',
  body,
  headers,
  as: clerk,
})

/** A confirmed order of 8 bolts and a box with `units` of them. */
async function boxOf({ place, call }: OrdersApp, units: number) {
  const { body: order } = await place({ BOLT: 8 })
  const body = { lines: [{ line_id: '1', quantity: units }] }
  const path = `/orders/${order.id}/fulfillments`
  const { body: box } = await call(path, { method: 'POST', key: `box-${units}`, body, as: clerk })
  return { order: `/orders/${order.id}`, box: `${path}/${box.id}`, shipment: `${path}/${box.id}/shipment` }
}

t.test('shipping takes the goods out of stock: 201 first, 200 for the same again', async (t) => {
  const orders = await ordersApp(t)
  const { call, products } = orders
  const { order, box, shipment } = await boxOf(orders, 5)
  const first = await call(shipment, ship({ carrier: 'DHL', tracking: 'JD0' }))
  t.equal(first.status, 201)
  t.match(first.body, {
    status: 'SHIPPED',
    shipment: { carrier: 'DHL', tracking: 'JD0', shipped_at: String },
  })
  t.match((await call(order)).body, {
    status: 'CONFIRMED',
    fulfillment_status: 'PARTIALLY_FULFILLED',
    lines: [{ ordered: 8, reserved: 3, fulfilled: 5 }],
  })
  t.same([products.book.shipped.get('BOLT'), products.book.reserved('BOLT')], [5, 3])
  const again = await call(shipment, ship({ carrier: 'DHL', tracking: 'JD0' }))
  t.same([again.status, again.text], [200, first.text])
  t.equal((await call(shipment, ship({ carrier: 'UPS' }))).status, 409)
  t.equal((await call(`${box}/cancellation`, { method: 'PUT', body: {}, as: clerk })).status, 409)
  t.equal(products.book.shipped.get('BOLT'), 5)
})

t.test('an order is CLOSED when everything has left, also when the rest was cancelled', async (t) => {
  const orders = await ordersApp(t)
  const { call, products } = orders
  const whole = await boxOf(orders, 8)
  await call(whole.shipment, ship())
  t.match((await call(whole.order)).body, { status: 'CLOSED', fulfillment_status: 'FULFILLED' })
  const part = await boxOf(orders, 3)
  await call(part.shipment, ship())
  const cancelled = await call(`${part.order}/cancellation`, { method: 'PUT', body: { reason: 'rest' } })
  t.match(cancelled, { status: 201, body: { order_status: 'CLOSED' } })
  t.match((await call(part.order)).body, {
    status: 'CLOSED',
    fulfillment_status: 'FULFILLED',
    lines: [{ ordered: 8, reserved: 0, fulfilled: 3, cancelled: 5 }],
  })
  t.same([products.book.shipped.get('BOLT'), products.book.reserved('BOLT')], [11, 0])
  t.equal((await call(`${part.order}/cancellation`, { method: 'PUT', body: { reason: 'rest' } })).status, 200)
  t.equal((await call(`${whole.order}/cancellation`, { method: 'PUT', body: { reason: 'x' } })).status, 409)
})

t.test('a shipment goes through once though the answer of products is lost', async (t) => {
  const orders = await ordersApp(t, { timeoutMs: 300 })
  const { call, products } = orders
  const { shipment } = await boxOf(orders, 5)
  products.fail('consume', { kind: 'cut-after' }, { kind: 'hang-after' })
  t.equal((await call(shipment, ship())).status, 201)
  t.equal(products.book.shipped.get('BOLT'), 5)
})

t.test('a shipment is 202 while products is away and is finished by itself', async (t) => {
  const orders = await ordersApp(t, { attended: true })
  const { call, products } = orders
  const { order, box, shipment } = await boxOf(orders, 8)
  products.failAll({ kind: 'cut-before' })
  const accepted = await call(shipment, ship({}, { prefer: 'respond-async' }))
  t.match(accepted, {
    status: 202,
    headers: { location: box, 'retry-after': '1', 'preference-applied': 'respond-async' },
    body: { status: 'PENDING', shipment: { shipped_at: null } },
  })
  t.equal((await call(`${box}/cancellation`, { method: 'PUT', body: {}, as: clerk })).status, 409)
  products.failAll(undefined)
  const status = async () => (await call(box, { as: clerk })).body.status
  t.equal(await eventually(status, (is) => is === 'SHIPPED'), 'SHIPPED')
  t.equal((await call(order)).body.status, 'CLOSED')
  t.equal((await call(shipment, ship())).status, 200)
})

t.test('goods that are not there any more are not shipped: 409, and later it may go', async (t) => {
  const orders = await ordersApp(t)
  const { call, products } = orders
  const { box, shipment } = await boxOf(orders, 5)
  products.book.stock.set('BOLT', 2)
  const refused = await call(shipment, ship({ carrier: 'DHL' }))
  t.match(refused, {
    status: 409,
    body: {
      type: /insufficient-stock$/,
      instance: box,
      errors: [{ pointer: '#/lines/0/quantity', available: 2 }],
    },
  })
  t.match((await call(box, { as: clerk })).body, { status: 'PENDING', shipment: null })
  products.book.stock.set('BOLT', 5)
  t.match(await call(shipment, ship({ carrier: 'UPS' })), {
    status: 201,
    body: { shipment: { carrier: 'UPS' } },
  })
})

t.test('shipping at once from many hands consumes once', async (t) => {
  const orders = await ordersApp(t)
  const { call, products } = orders
  const { shipment } = await boxOf(orders, 5)
  const answers = await Promise.all(Array.from({ length: 8 }, () => call(shipment, ship())))
  t.same(answers.map(({ status }) => status).toSorted(), [200, 200, 200, 200, 200, 200, 200, 201])
  t.equal(products.book.shipped.get('BOLT'), 5)
})
