import t from 'tap'
import { checkBooks } from '../kit/books.ts'
import { startService } from '../kit/service.ts'
import { hold, stocked } from '../kit/stock.ts'

t.test('copies of a movement under one key at once have one effect and one answer', async (t) => {
  const service = await startService(t)
  const { product, location, level } = await stocked(service, { onHand: 0 })
  const body = { type: 'RECEIPT', lines: [{ product_id: product.id, location_id: location.id, delta: 5 }] }
  const copies = await Promise.all(
    Array.from({ length: 20 }, () => service.post('/stock-movements', body, 'delivery-1')),
  )
  const done = copies.filter((reply) => reply.status === 201)
  const busy = copies.filter((reply) => reply.status === 409)
  t.ok(done.length >= 1)
  t.equal(done.length + busy.length, 20)
  for (const reply of busy)
    t.match(reply, { body: { type: /idempotency-key-in-flight$/ }, headers: { 'retry-after': '1' } })
  const late = await service.post('/stock-movements', body, 'delivery-1')
  for (const reply of [...done, late]) t.same(reply.body, done[0]?.body)
  t.match((await service.get(level)).body, { on_hand: 5 })
  await checkBooks(t, service.db)
})

t.test('a refused movement leaves its key free for the mended one', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service)
  const body = (delta: number) => ({
    type: 'ADJUSTMENT',
    lines: [{ product_id: product.id, location_id: location.id, delta }],
  })
  t.equal((await service.post('/stock-movements', body(-11), 'k')).status, 409)
  t.equal((await service.post('/stock-movements', body(-10), 'k')).status, 201)
  t.match(await service.post('/stock-movements', body(-9), 'k'), {
    status: 422,
    body: { type: /idempotency-key-reused$/ },
  })
})

t.test('copies of every reservation step at once have one effect', async (t) => {
  const service = await startService(t)
  const { level } = await stocked(service)
  const copies = <R>(step: () => Promise<R>) => Promise.all(Array.from({ length: 10 }, step))
  const statuses = (replies: { status: number }[]) => replies.map((reply) => reply.status).sort()

  const held = await copies(() => service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 6 })))
  t.same(statuses(held), [...Array(9).fill(200), 201])
  t.same(statuses(await copies(() => service.put('/reservations/rsv_1/confirmation'))), Array(10).fill(200))
  const body = { fulfillment_id: 'f', lines: [{ line_id: '1', quantity: 2 }] }
  const url = '/reservations/rsv_1/consumptions'
  t.same(statuses(await copies(() => service.call({ method: 'POST', url, body }))), [
    ...Array(9).fill(200),
    201,
  ])
  t.same(statuses(await copies(() => service.put('/reservations/rsv_1/release'))), Array(10).fill(200))
  t.match((await service.get(level)).body, { on_hand: 8, reserved: 0 })
  await checkBooks(t, service.db)
})
