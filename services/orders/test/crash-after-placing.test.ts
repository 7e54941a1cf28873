import t from 'tap'
import { crashDuring, openSagas } from './kit/crash.ts'
import { ordersProcess } from './kit/orders-process.ts'

t.setTimeout(110_000)

const keyOf = (name: string) => ({ 'idempotency-key': name })
const order = { lines: [{ sku: 'BOLT', quantity: 3 }] }

t.test(
  'killed while stock is given back or taken out, the service does it once after the restart',
  async (t) => {
    const orders = await ordersProcess(t, { BOLT: 100, NUT: 100 })
    const { products, send } = orders

    for (const kind of ['hang-before', 'hang-after'] as const)
      await t.test(`cancelling, ${kind}: the stock is given back`, async (t) => {
        const before = products.book.reserved('BOLT')
        const { body } = await send('POST', '/orders', order, keyOf(`cancel ${kind}`))
        products.fail('release', { kind })
        const path = `/orders/${body.id}/cancellation`
        await crashDuring(orders, 'release', () => send('PUT', path, { reason: 'x' }))
        t.same(await openSagas(orders), [])
        t.equal(products.book.reserved('BOLT'), before)
        t.equal((await send('GET', path)).body.order_status, 'CANCELLED')
      })

    for (const kind of ['hang-before', 'hang-after'] as const)
      await t.test(`shipping, ${kind}: the goods leave once`, async (t) => {
        const before = products.book.shipped.get('NUT') ?? 0
        const nuts = { lines: [{ sku: 'NUT', quantity: 3 }] }
        const { body } = await send('POST', '/orders', nuts, keyOf(`ship ${kind}`))
        const path = `/orders/${body.id}/fulfillments`
        const lines = [{ line_id: '1', quantity: 2 }]
        const box = await send('POST', path, { lines }, keyOf('box'))
        products.fail('consume', { kind })
        await crashDuring(orders, 'consume', () => send('PUT', `${path}/${box.body.id}/shipment`, {}))
        t.same(await openSagas(orders), [])
        t.equal(products.book.shipped.get('NUT'), before + 2)
        t.equal((await send('GET', `${path}/${box.body.id}`)).body.status, 'SHIPPED')
        t.match((await send('GET', `/orders/${body.id}`)).body.lines, [{ reserved: 1, fulfilled: 2 }])
      })
  },
)
