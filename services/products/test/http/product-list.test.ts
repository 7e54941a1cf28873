import t from 'tap'
import { startService, type TestService } from '../kit/service.ts'
import { stocked } from '../kit/stock.ts'

async function filled(service: TestService, count: number) {
  const items = Array.from({ length: count }, (_, i) => ({
    sku: `S${String(i).padStart(4, '0')}`,
    name: `Thing ${i}`,
  }))
  await service.post('/products/batch', { items })
}

async function walk(service: TestService, start: string, between?: (page: number) => Promise<unknown>) {
  const seen: { id: string; sku: string }[] = []
  for (let url: string | undefined = start, page = 0; url; page++) {
    const reply = await service.get(url)
    seen.push(...reply.body.items)
    url = reply.body.next
    await between?.(page)
  }
  return seen
}

t.test('walking the list meets everything once, in every sort, even while products are added', async (t) => {
  const service = await startService(t)
  await filled(service, 47)
  for (const sort of ['id', '-id', 'sku', '-sku', 'updated_at', '-updated_at']) {
    const seen = await walk(service, `/products?limit=10&sort=${sort}`, (page) =>
      service.post('/products', { sku: `new ${sort} ${page}`, name: 'New' }),
    )
    const old = seen.filter(({ sku }) => sku.startsWith('S')).map(({ sku }) => sku)
    t.equal(old.length, 47, sort)
    t.equal(new Set(old).size, 47, sort)
    t.equal(new Set(seen.map(({ id }) => id)).size, seen.length, sort)
  }
  const skus = (await walk(service, '/products?q=thing&sort=-sku&limit=7')).map(({ sku }) => sku)
  t.same(skus, [...skus].sort().reverse())
})

t.test('filters narrow the list, also together', async (t) => {
  const service = await startService(t)
  await service.post('/products', { sku: 'A-1', name: 'Red lamp', barcodes: [{ value: '4006381333931' }] })
  const { body: lamp, headers } = await service.post('/products', { sku: 'A-2', name: 'Blue LAMP' })
  await service.remove(`/products/${lamp.id}`, headers.etag)
  const skus = async (query: string) =>
    (await service.get(`/products?${query}`)).body.items.map((item: { sku: string }) => item.sku)
  t.same(await skus('q=lamp&sort=sku'), ['A-1', 'A-2'])
  t.same(await skus('q=a-2'), ['A-2'])
  t.same(await skus('status=ARCHIVED'), ['A-2'])
  t.same(await skus('q=lamp&status=ACTIVE'), ['A-1'])
  t.same(await skus('sku=A-1'), ['A-1'])
  t.same(await skus('sku=a-1'), [])
  t.same(await skus('barcode=4006381333931'), ['A-1'])
  t.same(await skus('barcode=04006381333931'), ['A-1'])
})

t.test('fields choose properties, in the list and alone', async (t) => {
  const service = await startService(t)
  const { product } = await stocked(service)
  const chosen = { id: product.id, stock: { available: 10 } }
  t.same((await service.get('/products?fields=id,stock(available)')).body.items, [chosen])
  t.same((await service.get(`/products/${product.id}?fields=id,stock(available)`)).body, chosen)
  for (const fields of [
    '',
    'nope',
    'id,',
    'id(x)',
    'stock(nope)',
    'stock(',
    'constructor',
    'id,stock(available,reserved',
  ])
    t.match(
      await service.get(`/products?fields=${fields}`),
      { status: 400, body: { errors: [{ pointer: '?fields' }] } },
      fields,
    )
})

t.test('odd parameters are 400, and so is a cursor of another list', async (t) => {
  const service = await startService(t)
  await filled(service, 3)
  for (const query of [
    'limit=0',
    'limit=201',
    'limit=ten',
    'limit=1&limit=2',
    'sort=name',
    'status=active',
    'q=',
    'q=%00',
  ])
    t.match(
      await service.get(`/products?${query}`),
      { status: 400, body: { type: /invalid-parameter$/ } },
      query,
    )
  const { next } = (await service.get('/products?limit=1')).body
  const cursor = new URLSearchParams(next.split('?')[1]).get('cursor')
  for (const query of [
    `cursor=${cursor}x`,
    `cursor=${cursor}&q=a`,
    `cursor=${cursor}&sort=sku`,
    'cursor=',
    'cursor=%F0%9F',
  ])
    t.match(await service.get(`/products?${query}`), { status: 400 }, query)
  t.equal((await service.get(`/locations?cursor=${cursor}`)).status, 400)
})
