import t from 'tap'
import { startService } from '../kit/service.ts'
import { hold, locationOf, receive, stocked } from '../kit/stock.ts'

t.test('a movement is taken back once, by a new one that names it', async (t) => {
  const service = await startService(t)
  const { product, location, level } = await stocked(service, { onHand: 10 })
  const [movement] = (await receive(service, product.id, location.id, 4)).body.items
  const url = `/stock-movements/${movement.id}/reversal`
  const first = await service.put(url, { note: 'never arrived' })
  t.equal(first.status, 201)
  t.match(first.body.items, [
    {
      type: 'RECEIPT',
      delta: -4,
      on_hand_after: 10,
      reversal_of: movement.id,
      reason: 'CORRECTION',
      note: 'never arrived',
    },
  ])
  const again = await service.put(url)
  t.equal(again.status, 200)
  t.same(again.body, first.body)
  t.match((await service.get(level)).body, { on_hand: 10 })
  t.match(await service.put(`/stock-movements/${first.body.items[0].id}/reversal`), {
    status: 409,
    body: { type: /illegal-transition$/ },
  })
})

t.test('many reversals of one movement at once have one effect', async (t) => {
  const service = await startService(t)
  const { product, location, level } = await stocked(service)
  const [movement] = (await receive(service, product.id, location.id, 4)).body.items
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => service.put(`/stock-movements/${movement.id}/reversal`)),
  )
  t.same(replies.map((reply) => reply.status).sort(), [200, 200, 200, 200, 200, 200, 200, 201])
  t.equal(new Set(replies.map((reply) => reply.body.document_id)).size, 1)
  t.match((await service.get(level)).body, { on_hand: 10 })
})

t.test('either half of a transfer takes back both', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service)
  const second = await locationOf(service, 'SECOND')
  const line = {
    product_id: product.id,
    from_location_id: location.id,
    to_location_id: second.id,
    quantity: 4,
  }
  const lines = [line, { ...line, quantity: 1 }]
  const { items } = (await service.post('/stock-movements', { type: 'TRANSFER', lines })).body
  const back = await service.put(`/stock-movements/${items[3].id}/reversal`)
  t.match(back.body.items, [
    { type: 'TRANSFER_OUT', location_id: second.id, delta: -1, reversal_of: items[3].id },
    { type: 'TRANSFER_IN', location_id: location.id, delta: 1, reversal_of: items[2].id },
  ])
  t.equal((await service.put(`/stock-movements/${items[2].id}/reversal`)).status, 200)
  t.match((await service.get(`/products/${product.id}/stock`)).body, { on_hand: 10 })
  t.equal((await service.put(`/stock-movements/${items[0].id}/reversal`)).status, 201)
})

t.test('what is no longer there cannot be taken back, nor a shipment', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service, { onHand: 0 })
  const [receipt] = (await receive(service, product.id, location.id, 10)).body.items
  await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 8 }))
  await service.put('/reservations/rsv_1/confirmation')
  const body = { fulfillment_id: 'f', lines: [{ line_id: '1', quantity: 8 }] }
  const shipped = await service.call({ method: 'POST', url: '/reservations/rsv_1/consumptions', body })
  t.match(await service.put(`/stock-movements/${receipt.id}/reversal`), {
    status: 409,
    body: { type: /insufficient-stock$/ },
  })
  t.match(await service.put(`/stock-movements/${shipped.body.movement_ids[0]}/reversal`), {
    status: 409,
    body: { type: /illegal-transition$/ },
  })
  t.equal((await service.put('/stock-movements/mov_none/reversal')).status, 404)
})
