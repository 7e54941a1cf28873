import t from 'tap'
import { startService, type TestService } from '../kit/service.ts'
import { hold, stocked } from '../kit/stock.ts'

const release = (service: TestService, lines?: { line_id: string; quantity: number }[], id = 'rsv_1') =>
  service.put(`/reservations/${id}/release`, lines && { lines })

t.test('a release without lines gives everything back, and its repeat nothing more', async (t) => {
  const service = await startService(t)
  const { level } = await stocked(service)
  await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 8 }))
  for (const _ of [1, 2]) {
    const reply = await release(service)
    t.match(reply, { status: 200, body: { status: 'RELEASED', lines: [{ released: 8, consumed: 0 }] } })
    t.match((await service.get(level)).body, { reserved: 0, on_hand: 10 })
  }
  t.match(await service.put('/reservations/rsv_1/confirmation'), {
    status: 409,
    body: { type: /reservation-released$/ },
  })
  t.match(await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 8 })), {
    status: 409,
    body: { type: /reservation-released$/ },
  })
})

t.test('a release of an id nobody knows yet makes the reserve that comes after it fail', async (t) => {
  const service = await startService(t)
  const { level } = await stocked(service)
  const first = await release(service)
  t.match(first, { status: 201, body: { status: 'RELEASED', lines: [], reference: null, expires_at: null } })
  t.equal((await release(service)).status, 200)
  t.match(await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 1 })), {
    status: 409,
    body: { type: /reservation-released$/ },
  })
  t.match((await service.get(level)).body, { reserved: 0 })
  t.equal((await release(service, [{ line_id: '1', quantity: 1 }], 'rsv_2')).status, 404)
  t.match(await release(service, [{ line_id: '1', quantity: 1 }]), {
    status: 409,
    body: { type: /reservation-released$/ },
  })
})

t.test('lines name the total that is released: it may grow, stay, but not shrink or exceed', async (t) => {
  const service = await startService(t)
  const { level } = await stocked(service)
  await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 8 }))
  await service.put('/reservations/rsv_1/confirmation')
  const line = (quantity: number) => [{ line_id: '1', quantity }]
  t.match((await release(service, line(3))).body, { status: 'CONFIRMED', lines: [{ released: 3 }] })
  t.match((await release(service, line(3))).body, { status: 'CONFIRMED', lines: [{ released: 3 }] })
  t.match((await service.get(level)).body, { reserved: 5 })
  t.match(await release(service, line(2)), { status: 409, body: { type: /illegal-transition$/ } })
  const consumption = { fulfillment_id: 'ful_1', lines: line(4) }
  await service.call({ method: 'POST', url: '/reservations/rsv_1/consumptions', body: consumption })
  t.match(await release(service, line(5)), {
    status: 409,
    body: { errors: [{ pointer: '#/lines/0/quantity', detail: '4 can be released at most' }] },
  })
  t.match((await release(service, line(4))).body, {
    status: 'CONSUMED',
    lines: [{ quantity: 8, released: 4, consumed: 4 }],
  })
  t.match((await service.get(level)).body, { reserved: 0, on_hand: 6 })
})

t.test('lines that are unknown or named twice are 400', async (t) => {
  const service = await startService(t)
  await stocked(service)
  await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 8 }))
  const lines = [
    { line_id: '1', quantity: 1 },
    { line_id: '9', quantity: 1 },
    { line_id: '1', quantity: 1 },
  ]
  t.match(await release(service, lines), {
    status: 400,
    body: {
      errors: [
        { pointer: '#/lines/1/line_id', code: 'UNKNOWN_LINE' },
        { pointer: '#/lines/2/line_id', code: 'DUPLICATE_LINE' },
      ],
    },
  })
})
