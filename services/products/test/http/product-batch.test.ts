import t from 'tap'
import { startService, type TestService } from '../kit/service.ts'
import { stocked } from '../kit/stock.ts'

const upsert = (service: TestService, items: unknown[]) =>
  service.call({ method: 'POST', url: '/products/batch', body: { items } })

t.test('items are made when new, changed when different, and left alone when the same', async (t) => {
  const service = await startService(t)
  const items = [
    { sku: 'A', name: 'A', attributes: { a: 1, b: true }, barcodes: [{ value: '96385074' }] },
    { sku: 'B', name: 'B' },
  ]
  const first = await upsert(service, items)
  t.equal(first.status, 207)
  const [a, b] = first.body.items
  t.match(first.body.items, [
    { index: 0, status: 201, location: `/products/${a.id}` },
    { index: 1, status: 201, location: `/products/${b.id}` },
  ])
  const before = (await service.get(`/products/${a.id}`)).headers.etag
  const again = await upsert(service, items)
  t.same(
    again.body.items.map((item: { status: number; id: string }) => [item.status, item.id]),
    [
      [200, a.id],
      [200, b.id],
    ],
  )
  t.equal((await service.get(`/products/${a.id}`)).headers.etag, before)

  await upsert(service, [{ sku: 'A', name: 'A2', attributes: { b: null } }])
  const changed = await service.get(`/products/${a.id}`)
  t.match(changed.body, { name: 'A2', version: 2, barcodes: [{ value: '00000096385074' }] })
  t.same(changed.body.attributes, { a: 1 })
})

t.test('a bad item is told with its place and does not keep the others out', async (t) => {
  const service = await startService(t)
  const reply = await upsert(service, [
    { sku: 'A', name: 'A' },
    { sku: 'B', nam: 'B' },
    { sku: 'C' },
    { sku: 'A', name: 'again' },
    'text',
    { sku: 'D', name: 'D', barcodes: [{ value: '96385075' }] },
    { sku: 'E', name: 'E', barcodes: [{ value: 'X-1' }] },
    { sku: 'F', name: 'F', barcodes: [{ value: 'X-1' }] },
  ])
  t.equal(reply.status, 207)
  const lines = reply.body.items.map(
    (item: { status: number; problem?: { type: string; errors?: { pointer: string }[] } }) =>
      [item.status, item.problem?.type.split('/').at(-1), item.problem?.errors?.[0]?.pointer].filter(Boolean),
  )
  t.same(lines, [
    [201],
    [400, 'validation-error', '#/items/1/nam'],
    [400, 'validation-error', '#/items/2/name'],
    [409, 'duplicate-sku', '#/items/3/sku'],
    [400, 'validation-error', '#/items/4'],
    [400, 'validation-error', '#/items/5/barcodes/0/value'],
    [201],
    [409, 'duplicate-barcode', '#/items/7/barcodes/0/value'],
  ])
  t.match(reply.body.items[1].problem, { status: 400, trace_id: String, title: String })
})

t.test('a batch respects what others have: barcodes, stock, archived products', async (t) => {
  const service = await startService(t)
  const { product } = await stocked(service)
  await service.post('/products', { sku: 'OWNER', name: 'O', barcodes: [{ value: 'X-1' }] })
  const { body: old, headers } = await service.post('/products', { sku: 'OLD', name: 'Old' })
  await service.remove(`/products/${old.id}`, headers.etag)
  const reply = await upsert(service, [
    { sku: 'NEW', name: 'N', barcodes: [{ value: 'X-1' }] },
    { sku: 'BOLT-M8', status: 'ARCHIVED' },
    { sku: 'OLD', name: 'Other' },
  ])
  t.match(reply.body.items, [
    { status: 409, problem: { type: /duplicate-barcode$/ } },
    { status: 409, problem: { type: /product-has-stock$/ } },
    { status: 409, problem: { type: /illegal-transition$/ } },
  ])
  t.match((await service.get(`/products/${product.id}`)).body, { status: 'ACTIVE', version: 1 })
  const restored = await upsert(service, [{ sku: 'OLD', status: 'ACTIVE' }])
  t.match(restored.body.items, [{ status: 200, id: old.id }])
})

t.test('batches at once with the same skus make each product once', async (t) => {
  const service = await startService(t)
  // Several rounds: what one batch reads while another commits differs from round to round.
  for (let round = 0; round < 12; round++) {
    const items = Array.from({ length: 40 }, (_, i) => ({
      sku: `S${round}-${i}`,
      name: `N${i}`,
      barcodes: [{ value: `B${round}-${i}` }],
    }))
    const replies = await Promise.all(
      [items, [...items].reverse(), items, items].map((some) => upsert(service, some)),
    )
    const statuses = replies.flatMap(({ body }) => body.items.map((item: { status: number }) => item.status))
    t.equal(statuses.filter((status) => status === 201).length, 40)
    t.equal(statuses.filter((status) => status === 200).length, 120)
    const { body } = await service.get(`/products?q=S${round}-&limit=200`)
    t.equal(new Set(body.items.map(({ sku }: { sku: string }) => sku)).size, body.items.length)
  }
})

t.test('five hundred items are taken, more or none are not', async (t) => {
  const service = await startService(t)
  const items = (count: number) => Array.from({ length: count }, (_, i) => ({ sku: `S${i}`, name: 'N' }))
  t.equal((await upsert(service, items(501))).status, 400)
  t.equal((await upsert(service, [])).status, 400)
  const reply = await upsert(service, items(500))
  t.equal(reply.body.items.length, 500)
  t.ok(reply.body.items.every((item: { status: number }) => item.status === 201))
})
