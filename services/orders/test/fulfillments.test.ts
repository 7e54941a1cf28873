import t from 'tap'
import { ordersApp, type Sent } from './kit/orders-app.ts'

const clerk = { sub: 'warehouse', scopes: ['orders:fulfill', 'orders:read:all'] }
let keys = 0
const pack = (lines: [string, number][], sent: Sent = {}): Sent => ({
  method: 'POST',
  key: `pack-${++keys}`,
  as: clerk,
  body: { lines: lines.map(([line_id, quantity]) => ({ line_id, quantity })) },
  ...sent,
})
const cancelIt: Sent = { method: 'PUT', body: { reason: 'wrong box' }, as: clerk }

t.test('reserved goods are packed once per key, and never more than there are', async (t) => {
  const { place, call } = await ordersApp(t)
  const { body: order } = await place({ BOLT: 8, NUT: 2 })
  const path = `/orders/${order.id}/fulfillments`
  const first = await call(path, pack([['1', 5]], { key: 'box-1' }))
  t.equal(first.status, 201)
  t.equal(first.headers.location, `${path}/${first.body.id}`)
  t.match(first.body, {
    order_id: order.id,
    status: 'PENDING',
    lines: [{ line_id: '1', quantity: 5 }],
    shipment: null,
  })
  const again = await call(path, pack([['1', 5]], { key: 'box-1' }))
  t.match([again.status, again.headers['idempotent-replayed'], again.text], [201, 'true', first.text])
  const tooMuch = pack([
    ['2', 1],
    ['1', 4],
  ])
  const refused = await call(path, tooMuch)
  t.match(refused, {
    status: 409,
    body: { type: /illegal-transition$/, errors: [{ pointer: '#/lines/1/quantity', requested: 4, open: 3 }] },
  })
  t.equal((await call(path, pack([['9', 1]]))).status, 400)
  t.equal((await call(path, { ...pack([['1', 1]]), as: {} })).status, 403)
  t.equal((await call('/orders/ord_unknown/fulfillments', pack([['1', 1]]))).status, 404)
  const { key: _none, ...keyless } = pack([['1', 1]])
  t.match(await call(path, keyless), { status: 400, body: { type: /idempotency-key-required$/ } })
})

t.test('packed goods cannot be cancelled until they are unpacked', async (t) => {
  const { place, call, products } = await ordersApp(t)
  const { body: order } = await place({ BOLT: 8 })
  const path = `/orders/${order.id}`
  const { body: box } = await call(`${path}/fulfillments`, pack([['1', 5]]))
  const all: Sent = { method: 'PUT', body: { reason: 'x' } }
  t.match((await call(`${path}/cancellation`, all)).body, {
    order_status: 'CONFIRMED',
    lines: [{ line_id: '1', quantity: 3 }],
  })
  t.equal((await call(`${path}/fulfillments/${box.id}/cancellation`, cancelIt)).status, 201)
  const again = await call(`${path}/fulfillments/${box.id}/cancellation`, cancelIt)
  t.match(again, { status: 200, body: { status: 'CANCELLED', cancel_reason: 'wrong box' } })
  t.equal((await call(`${path}/cancellation`, all)).body.order_status, 'CANCELLED')
  t.equal(products.book.reserved('BOLT'), 0)
  const shipped = await call(`${path}/fulfillments/${box.id}/shipment`, {
    method: 'PUT',
    body: {},
    as: clerk,
  })
  t.equal(shipped.status, 409)
})

t.test('an order that is not confirmed has nothing to pack', async (t) => {
  const { place, call } = await ordersApp(t)
  const rejected = await place({ NUT: 99 })
  const refused = await call(`${rejected.body.instance}/fulfillments`, pack([['1', 1]]))
  t.match(refused, { status: 409, body: { detail: /REJECTED/ } })
})

t.test('clerks that pack at once never pack a unit twice', async (t) => {
  const { place, call, db } = await ordersApp(t)
  const { body: order } = await place({ BOLT: 8 })
  const path = `/orders/${order.id}/fulfillments`
  const answers = await Promise.all(Array.from({ length: 12 }, () => call(path, pack([['1', 1]]))))
  t.equal(answers.filter(({ status }) => status === 201).length, 8)
  t.equal(answers.filter(({ status }) => status === 409).length, 4)
  t.match(await db.selectFrom('order_lines').select('packed').execute(), [{ packed: 8 }])
})

t.test('fulfillments are listed to whoever may read the order, page by page', async (t) => {
  const { place, call } = await ordersApp(t)
  const { body: order } = await place({ BOLT: 8 })
  const path = `/orders/${order.id}/fulfillments`
  const made: string[] = []
  for (let i = 0; i < 3; i++) made.push((await call(path, pack([['1', 1]]))).body.id)
  const first = await call(`${path}?limit=2`)
  t.same(
    first.body.items.map(({ id }) => id),
    made.slice(0, 2),
  )
  t.equal(first.headers.link, `<${first.body.next}>; rel="next"`)
  const rest = await call(first.body.next ?? '')
  t.same(
    rest.body.items.map(({ id }) => id),
    made.slice(2),
  )
  t.equal(rest.body.next, undefined)
  t.equal((await call(path, { as: { sub: '43' } })).status, 404)
  t.equal((await call(`${path}/${made[0]}`, { as: { sub: '43' } })).status, 404)
  t.equal((await call(`${path}/ful_unknown`)).status, 404)
  const other = (await place({ NUT: 1 })).body
  t.equal((await call(`/orders/${other.id}/fulfillments/${made[0]}`)).status, 404)
  const one = await call(`${path}/${made[0]}`)
  t.equal(one.status, 200)
  const known = await call(`${path}/${made[0]}`, { headers: { 'if-none-match': one.headers.etag ?? '' } })
  t.equal(known.status, 304)
})
