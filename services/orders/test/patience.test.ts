import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import t from 'tap'
import { ordersApp } from './kit/orders-app.ts'

t.test('the wait of a caller counts from its call, the writing of the order included', async (t) => {
  const { place, products, db } = await ordersApp(t)
  products.failAll({ kind: 'hang-before' })
  const locked = Promise.withResolvers<void>()
  const busy = db.transaction().execute(async (trx) => {
    await sql`lock table orders in exclusive mode`.execute(trx)
    locked.resolve()
    await delay(1_500)
  })
  await locked.promise
  const began = performance.now()
  const pending = await place({ BOLT: 1 }, { headers: { prefer: 'wait=2' } })
  const took = performance.now() - began
  t.equal(pending.status, 202)
  t.ok(took > 1_900 && took < 3_000, `${Math.round(took)} ms`)
  await busy
})
