import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { eventually } from './kit/eventually.ts'
import { type OrdersApp, ordersApp } from './kit/orders-app.ts'

const ASYNC = { headers: { prefer: 'respond-async' } }
const openSagas = ({ db }: OrdersApp) =>
  eventually(
    () => db.selectFrom('sagas').select('failure').where('ended_at', 'is', null).execute(),
    (rows) => rows.length === 0,
  )

/** What the job does. */
async function resume({ db, app }: OrdersApp) {
  for (const { id } of await db.selectFrom('sagas').select('id').execute()) await app.sagaRunner.resume(id)
}

t.test(
  'an order that products never hears of is rejected at its deadline, and a later hold is refused',
  async (t) => {
    const orders = await ordersApp(t, { attended: true, deadlineMs: 1_500, timeoutMs: 200 })
    const { place, call, products } = orders
    products.failAll({ kind: 'cut-before' })
    const pending = await place({ BOLT: 3 }, ASYNC)
    const path = `/orders/${pending.body.id}`
    const ended = await eventually(
      () => call(path),
      ({ body }) => body.status !== 'PENDING',
    )
    t.match(ended.body, {
      status: 'REJECTED',
      rejection: { code: 'TIMED_OUT' },
      lines: [{ pending: 0, cancelled: 3 }],
    })
    products.failAll(undefined)
    t.same(await openSagas(orders), [])
    t.equal(products.book.held.get(pending.body.reservation_id)?.status, 'RELEASED')
    const again = await call('/orders', {
      method: 'POST',
      key: 'key-1',
      body: { lines: [{ sku: 'BOLT', quantity: 3 }] },
    })
    t.match([again.status, again.body.type, again.body.instance], [409, /order-rejected$/, path])
  },
)

t.test('at the deadline products is asked first: what it has confirmed stays confirmed', async (t) => {
  const orders = await ordersApp(t, { deadlineMs: 400, leaseMs: 100, timeoutMs: 300 })
  const { place, call, products, app } = orders
  products.fail('confirm', { kind: 'cut-after' })
  products.fail('ask', { kind: 'cut-before' })
  const pending = await place({ BOLT: 3 }, ASYNC)
  await app.sagaRunner.stop()
  t.equal((await call(`/orders/${pending.body.id}`)).body.status, 'PENDING')
  await delay(500)
  await resume(orders)
  t.equal((await call(`/orders/${pending.body.id}`)).body.status, 'CONFIRMED')
  t.equal(products.book.reserved('BOLT'), 3)
})

t.test('a hold that was never confirmed is given back at the deadline', async (t) => {
  const orders = await ordersApp(t, { deadlineMs: 400, leaseMs: 100, timeoutMs: 300 })
  const { place, call, products, app } = orders
  products.fail('confirm', { kind: 'cut-before' })
  products.fail('ask', { kind: 'cut-before' })
  const pending = await place({ BOLT: 3 }, ASYNC)
  await app.sagaRunner.stop()
  t.equal(products.book.reserved('BOLT'), 3)
  await delay(500)
  await resume(orders)
  t.equal((await call(`/orders/${pending.body.id}`)).body.status, 'REJECTED')
  t.equal(products.book.reserved('BOLT'), 0)
})
