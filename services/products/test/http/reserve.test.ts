import t from 'tap'
import { startService } from '../kit/service.ts'
import { hold, locationOf, receive, stocked } from '../kit/stock.ts'

t.test(
  'a repeat of the same call finds the first hold, in whatever order its properties stand',
  async (t) => {
    const service = await startService(t)
    const { level } = await stocked(service)
    const first = await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 4 }))
    const { lines, expires_in, reference } = hold({ 'BOLT-M8': 4 })
    const again = await service.put('/reservations/rsv_1', { lines, expires_in, reference })
    t.equal(again.status, 200)
    t.same(again.body, first.body)
    t.match((await service.get(level)).body, { reserved: 4 })

    await service.put('/reservations/rsv_1/confirmation')
    t.match(await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 4 })), {
      status: 200,
      body: { status: 'CONFIRMED' },
    })
  },
)

t.test('the same id with other content is 409', async (t) => {
  const service = await startService(t)
  await stocked(service)
  await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 4 }))
  for (const other of [
    hold({ 'BOLT-M8': 5 }),
    hold({ 'BOLT-M8': 4 }, 'ord_2'),
    { ...hold({ 'BOLT-M8': 4 }), expires_in: 'PT5M' },
  ]) {
    const reply = await service.put('/reservations/rsv_1', other)
    t.match(reply, { status: 409, body: { type: /illegal-transition$/ } })
  }
})

t.test('short lines are each told with what there is, and nothing is held', async (t) => {
  const service = await startService(t)
  const { product, level } = await stocked(service, { onHand: 5 })
  await stocked(service, { sku: 'NUT-M8', onHand: 100 })
  const body = hold({ 'BOLT-M8': 8, 'NUT-M8': 10 })
  body.lines.push({ line_id: '3', sku: 'BOLT-M8', quantity: 6 })
  const reply = await service.put('/reservations/rsv_1', body)
  t.equal(reply.status, 409)
  t.match(reply.body.type, /insufficient-stock$/)
  t.equal(reply.body.detail, '2 of 3 lines cannot be reserved.')
  t.same(reply.body.errors, [short(0, 8, 5), short(2, 6, 5)])
  t.match((await service.get(level)).body, { reserved: 0, available: 5 })
  t.equal((await service.get('/reservations/rsv_1')).status, 404)

  function short(line: number, requested: number, available: number) {
    return {
      pointer: `#/lines/${line}/quantity`,
      code: 'SHORT',
      detail: `${requested} requested, ${available} available`,
      sku: 'BOLT-M8',
      product_id: product.id,
      requested,
      available,
    }
  }
})

t.test('two lines of one product share what there is', async (t) => {
  const service = await startService(t)
  const { level } = await stocked(service, { onHand: 10 })
  const lines = [
    { line_id: 'a', sku: 'BOLT-M8', quantity: 6 },
    { line_id: 'b', sku: 'BOLT-M8', quantity: 4 },
  ]
  const reply = await service.put('/reservations/rsv_1', { ...hold({}), lines })
  t.equal(reply.status, 201)
  t.match((await service.get(level)).body, { reserved: 10, available: 0, condition: 'OUT' })
})

t.test('a line comes from one place where one is enough, else from several, the fullest first', async (t) => {
  const service = await startService(t)
  const { product, location: first } = await stocked(service, { onHand: 4 })
  const second = await locationOf(service, 'SECOND')
  await receive(service, product.id, second.id, 7)
  const one = await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 5 }))
  t.same(one.body.lines[0].allocations, [{ location_id: second.id, quantity: 5 }])
  const split = await service.put('/reservations/rsv_2', hold({ 'BOLT-M8': 6 }))
  t.same(split.body.lines[0].allocations, [
    { location_id: first.id, quantity: 4 },
    { location_id: second.id, quantity: 2 },
  ])
})

t.test('a line bound to a place takes from there alone', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service, { onHand: 4 })
  const second = await locationOf(service, 'SECOND')
  await receive(service, product.id, second.id, 100)
  const bound = (quantity: number) => ({
    ...hold({}),
    lines: [
      { line_id: '1', product_id: product.id, quantity: 98 },
      { line_id: '2', product_id: product.id, quantity, location_id: location.id },
    ],
  })
  t.match(await service.put('/reservations/rsv_1', bound(5)), {
    status: 409,
    body: { errors: [{ pointer: '#/lines/1/quantity', available: 4 }] },
  })
  t.equal((await service.put('/reservations/rsv_2', bound(4))).status, 201)
})

t.test(
  'unknown and archived products, repeated line ids and odd durations are 400 with pointers',
  async (t) => {
    const service = await startService(t)
    const { product } = await stocked(service, { onHand: 0 })
    const { headers } = await service.get(`/products/${product.id}`)
    await service.remove(`/products/${product.id}`, headers.etag)
    const put = (body: object) => service.put('/reservations/rsv_1', body)
    const lines = [
      { line_id: '1', sku: 'NONE', quantity: 1 },
      { line_id: '1', sku: 'BOLT-M8', quantity: 1 },
      { line_id: '3', product_id: 'prd_none', quantity: 1 },
    ]
    t.match(await put({ ...hold({}), lines }), {
      status: 400,
      body: {
        type: /validation-error$/,
        errors: [
          { pointer: '#/lines/0/sku', code: 'UNKNOWN_PRODUCT' },
          { pointer: '#/lines/1/sku', code: 'UNKNOWN_PRODUCT' },
          { pointer: '#/lines/2/product_id', code: 'UNKNOWN_PRODUCT' },
          { pointer: '#/lines/1/line_id', code: 'DUPLICATE_LINE' },
        ],
      },
    })
    for (const expires_in of ['15m', 'PT0S', 'P32D', 'P1Y', 'PT', 'P'])
      t.match(await put({ ...hold({ 'BOLT-M8': 1 }), expires_in }), {
        status: 400,
        body: { errors: [{ pointer: '#/expires_in' }] },
      })
    const both = [{ line_id: '1', sku: 'BOLT-M8', product_id: product.id, quantity: 1 }]
    t.match(await put({ ...hold({}), lines: both }), {
      status: 400,
      body: { errors: [{ pointer: '#/lines/0/sku' }] },
    })
    t.equal((await put({ ...hold({ 'BOLT-M8': 0 }) })).status, 400)
    t.equal((await put({ ...hold({ 'BOLT-M8': 1.5 }) })).status, 400)
    t.equal((await put({ ...hold({ 'BOLT-M8': 2 ** 53 }) })).status, 400)
  },
)

t.test('a thousand lines are held and shipped in one go', async (t) => {
  const service = await startService(t)
  const location = await locationOf(service, 'MAIN')
  const skus = Array.from({ length: 500 }, (_, i) => `S${i}`)
  await service.post('/products/batch', { items: skus.map((sku) => ({ sku, name: sku })) })
  const stock = skus.map((sku) => ({ sku, location_id: location.id, delta: 2 }))
  await service.post('/stock-movements', { type: 'RECEIPT', lines: stock })
  const lines = [...skus, ...skus].map((sku, i) => ({ line_id: `l${i}`, sku, quantity: 1 }))
  const held = await service.put('/reservations/rsv_1', { ...hold({}), lines })
  t.equal(held.status, 201)
  await service.put('/reservations/rsv_1/confirmation')
  const shipped = await service.call({
    method: 'POST',
    url: '/reservations/rsv_1/consumptions',
    body: { fulfillment_id: 'f', lines: lines.map(({ line_id }) => ({ line_id, quantity: 1 })) },
  })
  t.match(shipped, { status: 201, body: { status: 'CONSUMED' } })
  t.equal(shipped.body.movement_ids.length, 1000)
  t.match((await service.get('/stock-levels?condition=OK')).body.items, [])
})
