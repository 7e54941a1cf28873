import t from 'tap'
import { startService, type TestService } from '../kit/service.ts'
import { hold, stocked } from '../kit/stock.ts'

const consume = (service: TestService, fulfillment_id: string, quantity: number, line_id = '1') =>
  service.call({
    method: 'POST',
    url: '/reservations/rsv_1/consumptions',
    body: { fulfillment_id, lines: [{ line_id, quantity }] },
  })

t.test('a fulfillment is shipped once: a repeat gets the first answer, other lines are 409', async (t) => {
  const service = await startService(t)
  const { level } = await stocked(service)
  await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 8 }))
  await service.put('/reservations/rsv_1/confirmation')
  const first = await consume(service, 'ful_1', 5)
  t.equal(first.status, 201)
  await consume(service, 'ful_2', 3)
  const again = await consume(service, 'ful_1', 5)
  t.equal(again.status, 200)
  t.same(again.body, first.body)
  t.match(await consume(service, 'ful_1', 4), { status: 409, body: { type: /illegal-transition$/ } })
  t.match((await service.get(level)).body, { on_hand: 2, reserved: 0 })
})

t.test('only a confirmed reservation can be consumed, and no more than it holds', async (t) => {
  const service = await startService(t)
  await stocked(service)
  await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 8 }))
  t.match(await consume(service, 'ful_1', 1), { status: 409, body: { type: /illegal-transition$/ } })
  await service.put('/reservations/rsv_1/confirmation')
  t.match(await consume(service, 'ful_1', 9), {
    status: 409,
    body: {
      type: /illegal-transition$/,
      errors: [{ pointer: '#/lines/0/quantity', detail: '9 requested, 8 still held' }],
    },
  })
  t.match(await consume(service, 'ful_1', 1, 'x'), {
    status: 400,
    body: { errors: [{ code: 'UNKNOWN_LINE' }] },
  })
  await service.put('/reservations/rsv_1/release')
  t.match(await consume(service, 'ful_1', 1), { status: 409, body: { type: /reservation-released$/ } })
})

t.test('promised goods that were lost cannot be shipped', async (t) => {
  const service = await startService(t)
  const { product, location, level } = await stocked(service)
  await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 8 }))
  await service.put('/reservations/rsv_1/confirmation')
  const loss = {
    type: 'ADJUSTMENT',
    reason: 'DAMAGED',
    lines: [{ product_id: product.id, location_id: location.id, delta: -7 }],
  }
  t.equal((await service.post('/stock-movements', loss)).status, 201)
  t.match((await service.get(level)).body, { on_hand: 3, reserved: 8, available: -5, condition: 'SHORT' })
  t.match(await consume(service, 'ful_1', 4), {
    status: 409,
    body: { type: /insufficient-stock$/, errors: [{ requested: 4, available: 3 }] },
  })
  t.equal((await consume(service, 'ful_1', 3)).status, 201)
  t.match((await service.get(level)).body, { on_hand: 0, reserved: 5, available: -5 })
})
