import t from 'tap'
import { startService } from '../kit/service.ts'
import { receive, stocked } from '../kit/stock.ts'

t.test('a product is made with its defaults and read back with its stock', async (t) => {
  const service = await startService(t)
  const made = await service.post('/products', {
    sku: 'BOLT-M8',
    name: 'Bolt M8',
    attributes: { size: 'M8', hard: true },
  })
  t.equal(made.status, 201)
  t.equal(made.headers.location, `/products/${made.body.id}`)
  t.match(made.body, {
    id: /^prd_[0-9a-z]{26}$/,
    sku: 'BOLT-M8',
    description: null,
    status: 'ACTIVE',
    unit: { code: 'C62', decimals: 0 },
    barcodes: [],
    attributes: { size: 'M8', hard: true },
    version: 1,
    stock: { on_hand: 0, reserved: 0, unavailable: 0, available: 0 },
  })
  const read = await service.get(made.headers.location as string)
  t.same(read.body, made.body)
  t.equal(read.headers.etag, made.headers.etag)
  t.match(read.headers['cache-control'], 'private')
})

t.test('a product unchanged since it was read is 304, and not any more when its stock moves', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service)
  const { headers } = await service.get(`/products/${product.id}`)
  const ask = () => service.get(`/products/${product.id}`, { 'if-none-match': headers.etag as string })
  t.equal((await ask()).status, 304)
  await receive(service, product.id, location.id, 1)
  t.match(await ask(), { status: 200, body: { stock: { on_hand: 11 } } })
})

t.test('a change needs the present ETag, keeps what it does not name, and empties by null', async (t) => {
  const service = await startService(t)
  const body = {
    sku: 'A',
    name: 'A',
    description: 'x',
    attributes: { a: 1, b: 2 },
    unit: { code: 'KGM', decimals: 3 },
  }
  const { body: product, headers } = await service.post('/products', body)
  const url = `/products/${product.id}`
  t.equal((await service.patch(url, { name: 'B' })).status, 428)
  t.equal((await service.patch(url, { name: 'B' }, '"9-abc"')).status, 412)
  const patch = { name: 'B', description: null, attributes: { a: null, c: true }, unit: { decimals: 2 } }
  const changed = await service.patch(url, patch, headers.etag)
  t.match(changed, {
    status: 200,
    body: { sku: 'A', name: 'B', description: null, unit: { code: 'KGM', decimals: 2 }, version: 2 },
  })
  t.same(changed.body.attributes, { b: 2, c: true })
  t.not(changed.headers.etag, headers.etag)
  t.equal((await service.patch(url, { name: 'C' }, headers.etag)).status, 412)
  const same = await service.patch(url, { name: 'B' }, changed.headers.etag)
  t.match(same, { status: 200, body: { version: 2 } })
})

t.test('of two changes on one version exactly one is made', async (t) => {
  const service = await startService(t)
  const { body: product, headers } = await service.post('/products', { sku: 'A', name: 'A' })
  const replies = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      service.patch(`/products/${product.id}`, { name: `N${n}` }, headers.etag),
    ),
  )
  t.same(replies.map((reply) => reply.status).sort(), [200, ...Array(9).fill(412)])
})

t.test('a sku or barcode that is taken is 409, also by a change', async (t) => {
  const service = await startService(t)
  const barcodes = [{ value: '96385074' }]
  await service.post('/products', { sku: 'A', name: 'A', barcodes })
  t.match(await service.post('/products', { sku: 'A', name: 'B' }), {
    status: 409,
    body: { type: /duplicate-sku$/ },
  })
  t.match(await service.post('/products', { sku: 'B', name: 'B', barcodes }), {
    status: 409,
    body: { type: /duplicate-barcode$/ },
  })
  const { body: product, headers } = await service.post('/products', { sku: 'B', name: 'B' })
  const url = `/products/${product.id}`
  t.match(await service.patch(url, { sku: 'A' }, headers.etag), {
    status: 409,
    body: { type: /duplicate-sku$/ },
  })
  t.match(await service.patch(url, { barcodes }, headers.etag), {
    status: 409,
    body: { type: /duplicate-barcode$/ },
  })
})

t.test('a product with stock or promises cannot be archived; an archived one takes no stock', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service, { onHand: 1 })
  const url = `/products/${product.id}`
  const { etag } = (await service.get(url)).headers
  t.equal((await service.remove(url)).status, 428)
  t.match(await service.remove(url, etag), { status: 409, body: { type: /product-has-stock$/ } })
  t.match(await service.patch(url, { status: 'ARCHIVED' }, etag), {
    status: 409,
    body: { type: /product-has-stock$/ },
  })
  await service.post('/stock-movements', {
    type: 'ADJUSTMENT',
    lines: [{ sku: 'BOLT-M8', location_id: location.id, delta: -1 }],
  })
  t.equal((await service.remove(url, etag)).status, 204)
  const archived = await service.get(url)
  t.match(archived.body, { status: 'ARCHIVED', version: 2 })
  t.match(await receive(service, product.id, location.id, 1), {
    status: 400,
    body: { errors: [{ code: 'UNKNOWN_PRODUCT', detail: 'this product is archived' }] },
  })
  t.equal((await service.patch(url, { status: 'ACTIVE' }, archived.headers.etag)).status, 200)
  t.equal((await receive(service, product.id, location.id, 1)).status, 201)
})

t.test('archiving and receiving at once never leave stock on an archived product', async (t) => {
  const service = await startService(t)
  const { location } = await stocked(service)
  for (let round = 0; round < 10; round++) {
    const { body: product, headers } = await service.post('/products', { sku: `R${round}`, name: 'R' })
    const [removed, received] = await Promise.all([
      service.remove(`/products/${product.id}`, headers.etag),
      receive(service, product.id, location.id, 1),
    ])
    t.ok((removed.status === 204) !== (received.status === 201), `${removed.status} ${received.status}`)
  }
})

t.test(
  'a call that makes a product needs a key; its copies make one, another call under it is 422',
  async (t) => {
    const service = await startService(t)
    const body = { sku: 'A', name: 'A' }
    const bare = await service.call({ method: 'POST', url: '/products', body })
    t.match(bare, { status: 400, body: { type: /idempotency-key-required$/ } })
    const replies = await Promise.all(Array.from({ length: 6 }, () => service.post('/products', body, 'one')))
    for (const reply of replies)
      t.ok(reply.status === 201 || /in-flight$/.test(reply.body.type), String(reply.status))
    const again = await service.post('/products', body, 'one')
    t.equal(again.headers['idempotent-replayed'], 'true')
    t.equal((await service.get('/products')).body.items.length, 1)
    t.match(await service.post('/products', { ...body, name: 'B' }, 'one'), {
      status: 422,
      body: { type: /idempotency-key-reused$/ },
    })
  },
)
