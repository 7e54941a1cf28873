import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { ordersApp } from './kit/orders-app.ts'

const ASYNC = { headers: { prefer: 'respond-async' } }

t.test('the database itself refuses lines that break the law', async (t) => {
  const { place, db } = await ordersApp(t)
  await place({ BOLT: 3 })
  for (const [change, constraint] of [
    [{ reserved: 2 }, 'order_lines_law'],
    [{ reserved: 4 }, 'order_lines_law'],
    [{ packed: 4 }, 'order_lines_packed'],
    [{ returned: 1 }, 'order_lines_returned'],
    [{ fulfilled: -1, cancelled: 1 }, /^order_lines_fulfilled_check|^order_lines_returned/],
  ] as const) {
    const error = await db
      .updateTable('order_lines')
      .set(change)
      .execute()
      .catch((refused) => refused)
    t.match(error, { code: '23514', constraint })
  }
  await t.rejects(db.updateTable('orders').set({ status: 'REJECTED' }).execute(), { code: '23514' })
})

t.test('a saga is driven by one at a time: who comes second leaves it alone', async (t) => {
  const { place, products, app, db } = await ordersApp(t, { timeoutMs: 2_000 })
  products.fail('hold', { kind: 'slow', ms: 400 })
  const inHand = products.seen('hold')
  const placing = place({ BOLT: 3 })
  await inHand
  const { id } = await db.selectFrom('sagas').select('id').executeTakeFirstOrThrow()
  const resumed = await Promise.all(Array.from({ length: 5 }, () => app.sagaRunner.resume(id)))
  t.same([...new Set(resumed)], [false])
  t.equal((await placing).status, 201)
  t.same(products.calls, ['hold', 'confirm'])
  t.equal(await app.sagaRunner.resume(id), true)
})

t.test('a holder that was too slow cannot write any more once another has taken over', async (t) => {
  const { place, products, app, db, call } = await ordersApp(t, { timeoutMs: 2_000, leaseMs: 100 })
  products.fail('hold', { kind: 'slow', ms: 600 })
  const inHand = products.seen('hold')
  const pending = await place({ BOLT: 3 }, ASYNC)
  await inHand
  await delay(150)
  const { id } = await db.selectFrom('sagas').select('id').executeTakeFirstOrThrow()
  t.equal(await app.sagaRunner.resume(id), true)
  const after = await call(`/orders/${pending.body.id}`)
  t.equal(after.body.status, 'CONFIRMED')
  await app.sagaRunner.stop()
  t.same(products.calls, ['hold', 'hold', 'confirm'])
  t.equal((await call(`/orders/${pending.body.id}`)).text, after.text)
  t.equal(products.book.reserved('BOLT'), 3)
})

t.test('a saga whose job is lost is woken again', async (t) => {
  const orders = await ordersApp(t)
  const { place, products, db, call, attend } = orders
  products.failAll({ kind: 'cut-before' })
  const pending = await place({ BOLT: 3 }, ASYNC)
  await orders.app.sagaRunner.stop()
  await sql`delete from pgboss.job where name = 'sagas'`.execute(db)
  products.failAll(undefined)
  const attendance = await attend()
  t.teardown(() => attendance.stop())
  const waiting = { method: 'POST' as const, key: 'key-1', body: { lines: [{ sku: 'BOLT', quantity: 3 }] } }
  const ended = await call('/orders', { ...waiting, headers: { prefer: 'wait=10' } })
  t.match([ended.status, ended.body.id], [201, pending.body.id])
})
