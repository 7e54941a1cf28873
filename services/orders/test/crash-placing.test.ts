import t from 'tap'
import { crashDuring, openSagas } from './kit/crash.ts'
import { ordersProcess } from './kit/orders-process.ts'

t.setTimeout(110_000)

const keyOf = (name: string) => ({ 'idempotency-key': name })
const order = { lines: [{ sku: 'BOLT', quantity: 3 }] }

t.test('killed at any call of a placement, the order is confirmed once after the restart', async (t) => {
  const orders = await ordersProcess(t, { BOLT: 100 })
  const { products, send } = orders

  for (const step of ['hold', 'confirm'])
    for (const kind of ['hang-before', 'hang-after'] as const)
      await t.test(`placing, at ${step}, ${kind}: confirmed once`, async (t) => {
        const key = keyOf(`${step} ${kind}`)
        const before = products.book.reserved('BOLT')
        products.fail(step, { kind })
        await crashDuring(orders, step, () => send('POST', '/orders', order, key))
        t.same(await openSagas(orders), [])
        const { body } = await send('GET', '/orders?limit=1')
        t.match(body.items, [{ status: 'CONFIRMED', lines: [{ pending: 0, reserved: 3 }] }])
        t.equal(products.book.reserved('BOLT'), before + 3)
        const again = await send('POST', '/orders', order, key)
        t.same([again.status, again.body.id], [201, body.items[0]?.id])
        t.equal(products.book.reserved('BOLT'), before + 3)
      })

  const rows = await orders.db.selectFrom('orders').select('status').execute()
  t.equal(rows.length, 4, 'no order twice')
})
