import t from 'tap'
import { startService } from '../kit/service.ts'

t.test('odd content is refused with its place, and never stored', async (t) => {
  const service = await startService(t)
  const faults = async (more: object) => {
    const reply = await service.post('/products', { sku: 'A', name: 'A', ...more })
    t.equal(reply.status, 400, JSON.stringify(more))
    return (reply.body.errors ?? []).map((fault: { pointer: string }) => fault.pointer)
  }
  t.same(await faults({ sku: '' }), ['#/sku'])
  t.same(await faults({ sku: 'x'.repeat(65) }), ['#/sku'])
  t.same(await faults({ sku: 'a\nb' }), ['#/sku'])
  t.same(await faults({ sku: 12 }), ['#/sku'])
  t.same(await faults({ sku: ' \u00a0\u2003' }), ['#/sku'])
  t.same(await faults({ name: '  ' }), ['#/name'])
  t.same(await faults({ name: null }), ['#/name'])
  t.same(await faults({ name: 'x'.repeat(201) }), ['#/name'])
  t.same(await faults({ unit: { code: 'piece' } }), ['#/unit/code'])
  t.same(await faults({ unit: { code: 'KGM', decimals: 7 } }), ['#/unit/decimals'])
  t.same([...new Set(await faults({ attributes: { a: { b: 1 } } }))], ['#/attributes/a'])
  t.same(await faults({ attributes: { 'a b': 1 } }), ['#/attributes/a b'])
  t.same(await faults({ barcodes: [{ value: '96385075' }] }), ['#/barcodes/0/value'])
  t.same(await faults({ barcodes: [{ value: '123', type: 'GTIN' }] }), ['#/barcodes/0/value'])
  t.same(await faults({ barcodes: [{ value: '96385074' }, { value: '00000096385074' }] }), [
    '#/barcodes/1/value',
  ])
  t.same(await faults({ barcodes: [{ value: 'X', pack_quantity: 0 }] }), ['#/barcodes/0/pack_quantity'])
  t.same(await faults({ id: 'prd_mine' }), ['#/id'])
  t.same(await faults({ stock: { on_hand: 5 } }), ['#/stock'])
  t.same((await service.get('/products')).body.items, [])
})

t.test('numbers that JSON can write but nobody can count are refused or kept exactly', async (t) => {
  const service = await startService(t)
  const post = (attributes: string) =>
    service.call({
      method: 'POST',
      url: '/products',
      headers: { 'content-type': 'application/json', 'idempotency-key': attributes },
      body: `{"sku":${JSON.stringify(attributes)},"name":"A","attributes":{"n":${attributes}}}`,
    })
  t.equal((await post('1e400')).status, 400)
  t.same((await post('-0.1e-7')).body.attributes, { n: -1e-8 })
  t.same((await post('9007199254740991')).body.attributes, { n: 9007199254740991 })
})

t.test('text of all the world is kept as it is and found in any case', async (t) => {
  const service = await startService(t)
  const name = 'Ölfaß 🛢️ “größer” 油桶 %_\\'
  await service.post('/products', { sku: 'ÖL-1', name })
  for (const q of ['ölfaß', 'ÖLFAß', '油', '🛢', '%_\\', 'öl-'])
    t.match((await service.get(`/products?q=${encodeURIComponent(q)}`)).body.items, [{ name }], q)
  t.same((await service.get(`/products?q=${encodeURIComponent('%x')}`)).body.items, [])
})

t.test('a product has at most a hundred attributes, also by adding to them', async (t) => {
  const service = await startService(t)
  const attributes = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a${i}`, i]))
  const { body: product, headers } = await service.post('/products', { sku: 'A', name: 'A', attributes })
  const reply = await service.patch(`/products/${product.id}`, { attributes: { more: 1 } }, headers.etag)
  t.match(reply, { status: 400, body: { errors: [{ pointer: '#/attributes' }] } })
  const swap = { attributes: { more: 1, a0: null } }
  t.equal((await service.patch(`/products/${product.id}`, swap, headers.etag)).status, 200)
})
