import t from 'tap'
import { startService, type TestService } from '../kit/service.ts'
import { stocked } from '../kit/stock.ts'

const NOW = Date.UTC(2026, 5, 1)

async function pointers(service: TestService, body: object) {
  const reply = await service.post('/stock-movements', body)
  return [reply.status, ...(reply.body.errors ?? []).map((fault: { pointer: string }) => fault.pointer)]
}

t.test('each line must be of the type of its document', async (t) => {
  const service = await startService(t, { now: () => NOW })
  const { product, location } = await stocked(service)
  const at = { product_id: product.id, location_id: location.id }
  const line = (type: string, entry: object) => pointers(service, { type, lines: [entry] })

  t.same(await line('RECEIPT', at), [400, '#/lines/0/delta'])
  t.same(await line('RECEIPT', { ...at, delta: 0 }), [400, '#/lines/0/delta'])
  t.same(await line('RETURN', { ...at, delta: -1 }), [400, '#/lines/0/delta'])
  t.same(await line('ADJUSTMENT', { ...at, delta: 0 }), [400, '#/lines/0/delta'])
  t.same(await line('ADJUSTMENT', { ...at, delta: 1.5 }), [400, '#/lines/0/delta'])
  t.same(await line('ADJUSTMENT', { ...at, delta: '1' }), [400, '#/lines/0/delta'])
  t.same(await line('COUNT', { ...at, delta: 3 }), [400, '#/lines/0/delta', '#/lines/0/counted'])
  t.same(await line('COUNT', { ...at, counted: -1 }), [400, '#/lines/0/counted'])
  t.same(await line('TRANSFER', { ...at, quantity: 1 }), [
    400,
    '#/lines/0/location_id',
    '#/lines/0/from_location_id',
    '#/lines/0/to_location_id',
    '#/lines/0/to_location_id',
  ])
  const nowhere = { product_id: product.id, from_location_id: location.id, to_location_id: location.id }
  t.same(await line('TRANSFER', { ...nowhere, quantity: 1 }), [400, '#/lines/0/to_location_id'])
  t.same(await line('RECEIPT', { ...at, sku: 'BOLT-M8', delta: 1 }), [400, '#/lines/0/product_id'])
  t.same(await line('RECEIPT', { location_id: location.id, delta: 1 }), [400, '#/lines/0/product_id'])
  t.same(await line('SHIPMENT', { ...at, delta: -1 }), [400, '#/type'])
})

t.test('products and locations that are not there are pointed at', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service)
  const lines = [
    { sku: 'NONE', location_id: location.id, delta: 1 },
    { product_id: product.id, location_id: 'loc_none', delta: 1 },
  ]
  const reply = await service.post('/stock-movements', { type: 'RECEIPT', lines })
  t.match(reply, {
    status: 400,
    body: {
      errors: [
        { pointer: '#/lines/0/sku', code: 'UNKNOWN_PRODUCT' },
        { pointer: '#/lines/1/location_id', code: 'UNKNOWN_LOCATION' },
      ],
    },
  })
})

t.test('what happened may be told late, but not from the future', async (t) => {
  const service = await startService(t, { now: () => NOW })
  const { product, location } = await stocked(service)
  const at = (occurred_at: string) =>
    pointers(service, {
      type: 'RECEIPT',
      occurred_at,
      lines: [{ product_id: product.id, location_id: location.id, delta: 1 }],
    })
  t.same(await at('2026-05-29T10:00:00Z'), [201])
  t.same(await at('2026-06-01T00:04:59Z'), [201])
  for (const wrong of [
    '2026-06-01T00:05:01Z',
    '1999-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-05-31T23:59:60Z',
    '2026-05-29',
    'yesterday',
  ])
    t.same(await at(wrong), [400, '#/occurred_at'], wrong)
})

t.test('amounts beyond what a level may hold are refused before they are stored', async (t) => {
  const service = await startService(t)
  const { product, location, level } = await stocked(service)
  const receipt = (...deltas: number[]) =>
    pointers(service, {
      type: 'RECEIPT',
      lines: deltas.map((delta) => ({ product_id: product.id, location_id: location.id, delta })),
    })
  t.same(await receipt(1_000_000_000_000), [400, '#/lines/0/delta'])
  t.same(await receipt(2 ** 53 - 1, 2 ** 53 - 1), [400, '#/lines/0/delta', '#/lines/1/delta'])
  t.same(await receipt(2 ** 53), [400, '#/lines/0/delta'])
  t.same(await receipt(1_000_000_000_000 - 10), [201])
  t.match((await service.get(level)).body, { on_hand: 1_000_000_000_000 })
})

t.test('a reason OTHER asks for a note, and 501 lines are too many', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service)
  const line = { product_id: product.id, location_id: location.id, delta: 1 }
  t.same(await pointers(service, { type: 'ADJUSTMENT', reason: 'OTHER', lines: [line] }), [400, '#/note'])
  t.same(await pointers(service, { type: 'ADJUSTMENT', lines: Array(501).fill(line) }), [400, '#/lines'])
  t.same(await pointers(service, { type: 'ADJUSTMENT', lines: [] }), [400, '#/lines'])
  t.same(await pointers(service, { type: 'ADJUSTMENT', lines: Array(500).fill(line) }), [201])
})
