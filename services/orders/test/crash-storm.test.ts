import t from 'tap'
import { openSagas } from './kit/crash.ts'
import { ordersProcess } from './kit/orders-process.ts'

t.setTimeout(110_000)

t.test(
  'killed again and again in the middle of many orders, each order ends once and none is oversold',
  async (t) => {
    const orders = await ordersProcess(t, { BOLT: 100 })
    const wanted = Array.from({ length: 60 }, (_, i) => ({
      key: { 'idempotency-key': `many-${i}` },
      body: { external_id: `many-${i}`, lines: [{ sku: 'BOLT', quantity: 2 }] },
    }))
    const post = ({ key, body }: (typeof wanted)[number]) =>
      orders.send('POST', '/orders', body, key).catch(() => undefined)
    for (const pause of [60, 150, 250]) {
      const flight = Promise.all(wanted.map(post))
      await new Promise((resolve) => setTimeout(resolve, pause))
      await orders.kill()
      await flight
      await orders.restart()
    }
    const answers = await Promise.all(wanted.map(post))
    t.same(await openSagas(orders), [])
    t.equal(answers.filter((answer) => (answer?.status ?? 500) >= 500).length, 0)
    const rows = await orders.db.selectFrom('orders').select('status').execute()
    t.equal(rows.length, 60)
    t.equal(rows.filter(({ status }) => status === 'CONFIRMED').length, 50)
    t.equal(rows.filter(({ status }) => status === 'REJECTED').length, 10)
    t.equal(orders.products.book.reserved('BOLT'), 100)
  },
)
