import t from 'tap'
import { startService } from '../kit/service.ts'
import { hold, locationOf, receive, stocked } from '../kit/stock.ts'

t.test('a level tells what is there, what is promised and what is left', async (t) => {
  const service = await startService(t)
  const { product, location, level } = await stocked(service)
  await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 3 }))
  const reply = await service.get(level)
  t.match(reply.body, {
    product_id: product.id,
    location_id: location.id,
    on_hand: 10,
    reserved: 3,
    unavailable: 0,
    available: 7,
    reorder_point: null,
    reorder_quantity: null,
    condition: 'OK',
  })
  t.equal((await service.get(level, { 'if-none-match': reply.headers.etag as string })).status, 304)
  t.same((await service.get(`/products/${product.id}/stock`)).body, {
    product_id: product.id,
    on_hand: 10,
    reserved: 3,
    unavailable: 0,
    available: 7,
  })
  t.equal((await service.get(`/stock-levels/${product.id}/loc_none`)).status, 404)
})

t.test(
  'thresholds are set under If-Match, and say when a level is low; quantities are not set here',
  async (t) => {
    const service = await startService(t)
    const { level } = await stocked(service)
    const { etag } = (await service.get(level)).headers
    t.equal((await service.patch(level, { reorder_point: 10 })).status, 428)
    const set = await service.patch(level, { reorder_point: 10, reorder_quantity: 50 }, etag)
    t.match(set, { status: 200, body: { reorder_point: 10, reorder_quantity: 50, condition: 'LOW' } })
    t.equal((await service.patch(level, { reorder_point: 5 }, etag)).status, 412)
    const less = await service.patch(level, { reorder_point: 5 }, set.headers.etag)
    t.match(less.body, { reorder_point: 5, reorder_quantity: 50, condition: 'OK' })
    const none = await service.patch(
      level,
      { reorder_point: null, reorder_quantity: null },
      less.headers.etag,
    )
    t.match(none.body, { reorder_point: null, reorder_quantity: null })
    for (const body of [
      { on_hand: 5 },
      { reorder_point: -1 },
      { reorder_quantity: 0 },
      { reorder_point: '5' },
    ])
      t.equal((await service.patch(level, body, none.headers.etag)).status, 400)
  },
)

t.test('levels are listed by product, location and condition, page by page', async (t) => {
  const service = await startService(t)
  const { product, location } = await stocked(service)
  const other = await stocked(service, { sku: 'NUT-M8', onHand: 1 })
  const second = await locationOf(service, 'SECOND')
  await receive(service, product.id, second.id, 1)
  await service.put('/reservations/rsv_1', hold({ 'NUT-M8': 1 }))
  const count = async (query: string) => (await service.get(`/stock-levels?${query}`)).body.items.length
  t.equal(await count(''), 3)
  t.equal(await count(`product_id=${product.id}`), 2)
  t.equal(await count(`location_id=${location.id}`), 2)
  t.equal(await count('condition=OUT'), 1)
  t.equal(await count(`condition=OK&product_id=${other.product.id}`), 0)
  t.equal(await count('product_id=prd_none'), 0)
  const seen = new Set<string>()
  for (let url: string | undefined = '/stock-levels?limit=1'; url; ) {
    const { items, next }: { items: Record<string, string>[]; next?: string } = (await service.get(url)).body
    for (const item of items) seen.add(`${item.product_id} ${item.location_id}`)
    url = next
  }
  t.equal(seen.size, 3)
})
