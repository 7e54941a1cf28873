import t from 'tap'
import { eventually } from './kit/eventually.ts'
import { type OrdersApp, ordersApp } from './kit/orders-app.ts'
import type { Fault } from './kit/products-double.ts'

const settled = ({ call }: OrdersApp, id: string) =>
  eventually(
    () => call(`/orders/${id}`),
    ({ body }) => body.status !== 'PENDING',
  )

const faults: [string, Fault][] = [
  ['is cut before its effect', { kind: 'cut-before' }],
  ['is cut after its effect', { kind: 'cut-after' }],
  ['has its effect and never answers', { kind: 'hang-after' }],
  ['never arrives', { kind: 'hang-before' }],
  ['is answered 503', { kind: 'status', status: 503 }],
  ['is answered 500 without sense', { kind: 'status', status: 500, body: '<html>' }],
  ['is answered 200 without sense', { kind: 'status', status: 200, body: '{"id":1}' }],
  ['is answered 401', { kind: 'status', status: 401 }],
]

t.test('an order is confirmed within its wait whatever befalls one reserve', async (t) => {
  const { place, products } = await ordersApp(t, { timeoutMs: 300 })
  for (const [what, fault] of faults) {
    products.fail('hold', fault)
    const made = await place({ BOLT: 3 })
    t.match([made.status, made.body.status], [201, 'CONFIRMED'], what)
  }
  t.equal(products.book.reserved('BOLT'), 3 * faults.length)
})

t.test('an order is confirmed within its wait whatever befalls one confirm', async (t) => {
  const { place, products } = await ordersApp(t, { timeoutMs: 300 })
  for (const [what, fault] of faults) {
    products.fail('confirm', fault)
    const made = await place({ BOLT: 3 })
    t.match([made.status, made.body.status], [201, 'CONFIRMED'], what)
    t.equal(products.book.held.get(made.body.reservation_id)?.status, 'CONFIRMED', what)
  }
})

t.test(
  'after a time-out the outcome is asked for, and a reserve that took effect is not repeated',
  async (t) => {
    const { place, products } = await ordersApp(t, { timeoutMs: 300 })
    products.fail('hold', { kind: 'hang-after' })
    t.equal((await place({ BOLT: 3 })).status, 201)
    t.same(products.calls, ['hold', 'ask', 'confirm'])
  },
)

t.test('a shortage told after an unclear attempt gives back what that attempt may hold', async (t) => {
  const { place, products } = await ordersApp(t, { stock: { BOLT: 1 }, timeoutMs: 300 })
  products.fail('hold', { kind: 'cut-before' })
  const refused = await place({ BOLT: 3 })
  t.equal(refused.status, 409)
  t.same(products.calls, ['hold', 'ask', 'hold', 'release'])
})

t.test('an order is 202 with a place to look when products does not answer in time', async (t) => {
  const orders = await ordersApp(t, { attended: true, timeoutMs: 300 })
  const { place, products, call } = orders
  products.failAll({ kind: 'hang-before' })
  const began = performance.now()
  const pending = await place({ BOLT: 3 }, { headers: { prefer: 'wait=1' } })
  const took = performance.now() - began
  t.equal(pending.status, 202)
  t.ok(took >= 950 && took < 6_000, `took ${took}`)
  t.match(pending.headers, {
    location: `/orders/${pending.body.id}`,
    'retry-after': '1',
    'preference-applied': 'wait=1',
  })
  t.match(pending.body, { status: 'PENDING', lines: [{ pending: 3, reserved: 0 }] })
  products.failAll(undefined)
  t.equal((await settled(orders, pending.body.id)).body.status, 'CONFIRMED')
  t.equal(products.book.reserved('BOLT'), 3)
  const again = await call('/orders', {
    method: 'POST',
    key: 'key-1',
    body: { lines: [{ sku: 'BOLT', quantity: 3 }] },
  })
  t.match([again.status, again.body.status, again.body.id], [201, 'CONFIRMED', pending.body.id])
})

t.test(
  'orders are taken while products is away and end when it is back, without another request',
  async (t) => {
    const orders = await ordersApp(t, { attended: true, timeoutMs: 300, stock: { BOLT: 5 } })
    const { place, products } = orders
    await products.stop()
    const answers = await Promise.all(
      [2, 2, 2].map((quantity) => place({ BOLT: quantity }, { headers: { prefer: 'respond-async' } })),
    )
    t.same(
      answers.map(({ status, headers }) => [status, headers['preference-applied']]),
      Array.from({ length: 3 }, () => [202, 'respond-async']),
    )
    await products.start()
    const ends = await Promise.all(answers.map(({ body }) => settled(orders, body.id)))
    t.same(ends.map(({ body }) => body.status).toSorted(), ['CONFIRMED', 'CONFIRMED', 'REJECTED'])
    t.equal(products.book.reserved('BOLT'), 4)
  },
)

t.test('a request that waits sees the end that a job brings about', async (t) => {
  const { place, call, products } = await ordersApp(t, { attended: true, timeoutMs: 300 })
  products.failAll({ kind: 'cut-before' })
  const pending = await place({ BOLT: 3 }, { headers: { prefer: 'respond-async' } })
  const waiting = call('/orders', {
    method: 'POST',
    key: 'key-1',
    body: { lines: [{ sku: 'BOLT', quantity: 3 }] },
    headers: { prefer: 'wait=10' },
  })
  products.failAll(undefined)
  t.match([(await waiting).status, (await waiting).body.id], [201, pending.body.id])
})

t.test('orders are taken while no token is to be had, and end when one is', async (t) => {
  let away = true
  const tokens = {
    token: async () => {
      if (away) throw new Error('no token: the issuer answered 503')
      return 'a.b.c'
    },
    drop: () => {},
    close: async () => {},
  }
  const orders = await ordersApp(t, { attended: true, timeoutMs: 300, tokens })
  const pending = await orders.place({ BOLT: 3 }, { headers: { prefer: 'respond-async' } })
  t.equal(pending.status, 202)
  t.same(orders.products.calls, [])
  away = false
  t.equal((await settled(orders, pending.body.id)).body.status, 'CONFIRMED')
})

t.test('a hold that was asked for in other words is ours all the same', async (t) => {
  const { place, products } = await ordersApp(t, { timeoutMs: 300 })
  products.fail('hold', { kind: 'hang-after' })
  products.fail('ask', { kind: 'hang-before' })
  const asked = products.seen('ask')
  const placing = place({ BOLT: 3 }, { headers: { prefer: 'wait=5' } })
  await asked
  for (const held of products.book.held.values()) held.request = 'in the words of an earlier version'
  t.equal((await placing).status, 201)
  t.same(products.calls, ['hold', 'ask', 'hold', 'ask', 'confirm'])
})

t.test('the timeline tells of a trouble once, however long it lasts', async (t) => {
  const { place, call, products, app, db } = await ordersApp(t, { timeoutMs: 300 })
  products.failAll({ kind: 'status', status: 503 })
  const { body } = await place({ BOLT: 3 }, { headers: { prefer: 'respond-async' } })
  const { id } = await eventually(
    () => db.selectFrom('sagas').select(['id', 'leased_until']).executeTakeFirstOrThrow(),
    (saga) => saga.leased_until === null,
  )
  for (let i = 0; i < 5; i++) await app.sagaRunner.resume(id)
  products.failAll(undefined)
  t.equal(await app.sagaRunner.resume(id), true)
  const as = { scopes: ['orders:read', 'ops:read'] }
  const { items } = (await call(`/orders/${body.id}/timeline`, { as })).body
  t.same(
    items.map(({ type }) => type),
    ['order.created', 'saga.waiting', 'saga.reserved', 'order.confirmed'],
  )
  t.match(items[1], { data: { step: 'RESERVE', failure: 'products answered 503' } })
})
