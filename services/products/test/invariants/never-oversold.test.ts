import t from 'tap'
import { checkBooks } from '../kit/books.ts'
import { startService } from '../kit/service.ts'
import { hold, receive, stocked } from '../kit/stock.ts'

const ROUNDS = 8

t.test('200 buyers at once for the last 10 units: exactly 10 get one, in every round', async (t) => {
  const service = await startService(t)
  const { product, location, level } = await stocked(service, { onHand: 0 })
  for (let round = 0; round < ROUNDS; round++) {
    await receive(service, product.id, location.id, 10)
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, buyer) =>
        service.put(`/reservations/rsv_${round}_${buyer}`, hold({ 'BOLT-M8': 1 }, `ord_${round}_${buyer}`)),
      ),
    )
    const held = replies.filter((reply) => reply.status === 201)
    const refused = replies.filter((reply) => /insufficient-stock$/.test(reply.body.type ?? ''))
    t.same([held.length, refused.length], [10, 190])
    t.match((await service.get(level)).body, { reserved: 10, available: 0 })
    for (const { body } of held) {
      await service.put(`/reservations/${body.id}/confirmation`)
      const consumption = { fulfillment_id: 'f', lines: [{ line_id: '1', quantity: 1 }] }
      await service.call({ method: 'POST', url: `/reservations/${body.id}/consumptions`, body: consumption })
    }
    t.match((await service.get(level)).body, { on_hand: 0, reserved: 0 })
  }
  await checkBooks(t, service.db)
})

t.test(
  'orders over the same products in any order neither block each other for good nor oversell',
  async (t) => {
    const service = await startService(t)
    const skus = Array.from({ length: 12 }, (_, i) => `S${i}`)
    for (const sku of skus) await stocked(service, { sku, onHand: 30 })
    const replies = await Promise.all(
      Array.from({ length: 120 }, (_, n) => {
        const mixed = skus.map((_, i) => skus[(i * 5 + n * 7) % 12] as string)
        const lines = mixed.map((sku, i) => ({ line_id: String(i), sku, quantity: 1 }))
        return service.put(`/reservations/rsv_${n}`, { ...hold({}, `ord_${n}`), lines })
      }),
    )
    t.equal(replies.filter((reply) => reply.status === 201).length, 30)
    t.equal(replies.filter((reply) => reply.status === 409).length, 90)
    await checkBooks(t, service.db)
  },
)
