import t from 'tap'
import { startService, type TestService } from '../kit/service.ts'
import { locationOf, stocked } from '../kit/stock.ts'

const record = (service: TestService, type: string, lines: object[], more: object = {}) =>
  service.post('/stock-movements', { type, lines, ...more })

t.test('a receipt writes the ledger and the level, and says who did it in which request', async (t) => {
  const service = await startService(t)
  const { product, location, level } = await stocked(service, { onHand: 0 })
  const reply = await service.call({
    method: 'POST',
    url: '/stock-movements',
    headers: { 'idempotency-key': '"8e03978e"', 'x-request-id': 'request-0001' },
    body: {
      type: 'RECEIPT',
      note: 'two cartons',
      reference: { type: 'PURCHASE', id: 'po-77' },
      occurred_at: '2026-01-02T03:04:05.678+01:00',
      lines: [{ sku: 'BOLT-M8', location_id: location.id, delta: 12 }],
    },
  })
  t.equal(reply.status, 201)
  const [movement] = reply.body.items
  t.match(movement, {
    sequence: 1,
    type: 'RECEIPT',
    reason: 'RECEIVED',
    delta: 12,
    on_hand_after: 12,
    product_id: product.id,
    location_id: location.id,
    actor: { sub: '7', client_id: 'manager' },
    reference: { type: 'PURCHASE', id: 'po-77' },
    note: 'two cartons',
    occurred_at: '2026-01-02T02:04:05.678Z',
    reversal_of: null,
    trace_id: 'request-0001',
  })
  t.equal(reply.headers.location, `/stock-movements/${movement.id}`)
  const read = await service.get(`/stock-movements/${movement.id}`)
  t.same(read.body, movement)
  t.equal(
    (await service.get(`/stock-movements/${movement.id}`, { 'if-none-match': read.headers.etag ?? '' }))
      .status,
    304,
  )
  t.match((await service.get(level)).body, { on_hand: 12, available: 12 })
})

t.test(
  'a count sets what is there, and the difference stands in the ledger, even when it is none',
  async (t) => {
    const service = await startService(t)
    const { product, location, level } = await stocked(service)
    const count = (counted: number) =>
      record(service, 'COUNT', [{ product_id: product.id, location_id: location.id, counted }])
    t.match((await count(7)).body.items, [
      { type: 'COUNT', reason: 'CYCLE_COUNT', delta: -3, on_hand_after: 7 },
    ])
    t.match((await count(7)).body.items, [{ delta: 0, on_hand_after: 7, sequence: 3 }])
    t.match((await service.get(level)).body, { on_hand: 7 })
    const twice = { product_id: product.id, location_id: location.id, counted: 1 }
    t.match(await record(service, 'COUNT', [twice, twice]), {
      status: 400,
      body: { errors: [{ pointer: '#/lines/1/counted', code: 'DUPLICATE_LINE' }] },
    })
  },
)

t.test('a count needs a scope of its own', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service)
  const reply = await service.call({
    method: 'POST',
    url: '/stock-movements',
    headers: { authorization: await service.bearer(['stock:write']), 'idempotency-key': 'k' },
    body: { type: 'COUNT', lines: [{ product_id: product.id, location_id: location.id, counted: 1 }] },
  })
  t.match(reply, { status: 403, headers: { 'www-authenticate': /scope="stock:count"/ } })
})

t.test('a transfer is two movements that keep the sum', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service)
  const second = await locationOf(service, 'SECOND')
  const line = {
    product_id: product.id,
    from_location_id: location.id,
    to_location_id: second.id,
    quantity: 4,
  }
  const reply = await record(service, 'TRANSFER', [line])
  t.match(reply.body.items, [
    { type: 'TRANSFER_OUT', delta: -4, location_id: location.id, on_hand_after: 6 },
    { type: 'TRANSFER_IN', delta: 4, location_id: second.id, on_hand_after: 4 },
  ])
  t.match((await service.get(`/products/${product.id}/stock`)).body, { on_hand: 10 })
  const all = await service.get(reply.headers.location as string)
  t.equal(all.body.items.length, 2)
})

t.test('a transfer does not carry promised goods away, though their loss can be recorded', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service)
  const second = await locationOf(service, 'SECOND')
  await service.put('/reservations/rsv_1', {
    reference: { type: 'ORDER', id: 'o' },
    lines: [{ line_id: '1', sku: 'BOLT-M8', quantity: 8 }],
  })
  const line = {
    product_id: product.id,
    from_location_id: location.id,
    to_location_id: second.id,
    quantity: 3,
  }
  t.match(await record(service, 'TRANSFER', [line]), {
    status: 409,
    body: { type: /insufficient-stock$/, errors: [{ pointer: '#/lines/0/quantity', available: 2 }] },
  })
  const loss = [{ product_id: product.id, location_id: location.id, delta: -9 }]
  t.equal((await record(service, 'ADJUSTMENT', loss, { reason: 'LOST' })).status, 201)
})

t.test('lines stand or fall together, and on hand never goes below zero', async (t) => {
  const service = await startService(t)
  const { product, location, level } = await stocked(service)
  const line = (delta: number) => ({ product_id: product.id, location_id: location.id, delta })
  t.match(await record(service, 'ADJUSTMENT', [line(5), line(-16)]), {
    status: 409,
    body: {
      type: /insufficient-stock$/,
      errors: [{ pointer: '#/lines/1/delta', code: 'SHORT', requested: 16, available: 15 }],
    },
  })
  t.match((await service.get(level)).body, { on_hand: 10 })
  const reply = await record(service, 'ADJUSTMENT', [line(5), line(-15)])
  t.match(reply.body.items, [
    { on_hand_after: 15, sequence: 2 },
    { on_hand_after: 0, sequence: 3 },
  ])
})

t.test('a wrong expectation is answered with the real number', async (t) => {
  const service = await startService(t)
  const { product, location, level } = await stocked(service)
  const line = (expected_on_hand: number | null) => ({
    product_id: product.id,
    location_id: location.id,
    delta: -1,
    expected_on_hand,
  })
  t.match(await record(service, 'ADJUSTMENT', [line(11)]), {
    status: 409,
    body: {
      type: /stock-changed$/,
      errors: [{ pointer: '#/lines/0/expected_on_hand', detail: '11 expected, 10 on hand', on_hand: 10 }],
    },
  })
  t.equal((await record(service, 'ADJUSTMENT', [line(10)])).status, 201)
  t.equal((await record(service, 'ADJUSTMENT', [line(null)])).status, 201)
  t.match((await service.get(level)).body, { on_hand: 8 })
})
