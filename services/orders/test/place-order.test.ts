import t from 'tap'
import { ordersApp } from './kit/orders-app.ts'

t.test('an order whose lines are all in stock is 201 CONFIRMED and holds its stock', async (t) => {
  const { place, call, products } = await ordersApp(t)
  const made = await place({ BOLT: 8, NUT: 2 }, { body: { external_id: 'web-1', note: 'ring twice' } })
  t.equal(made.status, 201)
  t.match(made.headers.location, /^\/orders\/ord_/)
  t.equal(made.headers.location, `/orders/${made.body.id}`)
  t.match(made.body, {
    user_id: '42',
    external_id: 'web-1',
    status: 'CONFIRMED',
    fulfillment_status: 'UNFULFILLED',
    note: 'ring twice',
    rejection: null,
    lines: [
      { line_id: '1', sku: 'BOLT', product_id: 'prd_BOLT', ordered: 8, pending: 0, reserved: 8 },
      { line_id: '2', sku: 'NUT', product_id: 'prd_NUT', ordered: 2, pending: 0, reserved: 2 },
    ],
  })
  t.same(products.calls, ['hold', 'confirm'])
  t.equal(products.book.available('BOLT'), 92)
  const read = await call(`/orders/${made.body.id}`)
  t.same([read.text, read.headers.etag], [made.text, made.headers.etag])
})
