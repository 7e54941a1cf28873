import t from 'tap'
import { startService } from '../kit/service.ts'
import { hold, stocked } from '../kit/stock.ts'

t.test('a hold is confirmed and shipped, and the level follows each step', async (t) => {
  const service = await startService(t)
  const { product, location, level } = await stocked(service)

  const held = await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 8 }))
  t.equal(held.status, 201)
  t.match(held.body, {
    id: 'rsv_1',
    status: 'HELD',
    reference: { type: 'ORDER', id: 'ord_1' },
    lines: [
      {
        line_id: '1',
        product_id: product.id,
        sku: 'BOLT-M8',
        quantity: 8,
        consumed: 0,
        released: 0,
        allocations: [{ location_id: location.id, quantity: 8 }],
      },
    ],
  })
  t.match((await service.get(level)).body, { on_hand: 10, reserved: 8, available: 2, condition: 'OK' })

  const confirmed = await service.put('/reservations/rsv_1/confirmation')
  t.match(confirmed, { status: 200, body: { status: 'CONFIRMED' } })

  const part = { fulfillment_id: 'ful_1', lines: [{ line_id: '1', quantity: 5 }] }
  const shipped = await service.call({ method: 'POST', url: '/reservations/rsv_1/consumptions', body: part })
  t.match(shipped, { status: 201, body: { status: 'CONFIRMED', movement_ids: [String] } })
  t.match((await service.get(level)).body, { on_hand: 5, reserved: 3, available: 2 })
  const movements = await service.get(
    '/stock-movements?type=SHIPMENT&reference_id=ord_1&reference_type=ORDER',
  )
  t.match(movements.body.items, [{ delta: -5, on_hand_after: 5, reason: 'SHIPPED', sequence: 2 }])

  const rest = { fulfillment_id: 'ful_2', lines: [{ line_id: '1', quantity: 3 }] }
  const last = await service.call({ method: 'POST', url: '/reservations/rsv_1/consumptions', body: rest })
  t.match(last, { status: 201, body: { status: 'CONSUMED' } })
  t.match((await service.get(level)).body, { on_hand: 2, reserved: 0, available: 2 })
})
