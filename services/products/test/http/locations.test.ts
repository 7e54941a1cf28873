import t from 'tap'
import { startService, type TestService } from '../kit/service.ts'
import { receive, stocked } from '../kit/stock.ts'

const make = async (service: TestService, code: string, more: object = {}) =>
  service.post('/locations', { code, name: code, type: 'BIN', ...more })

t.test('a location is made, found by its code, changed and archived', async (t) => {
  const service = await startService(t)
  const made = await make(service, 'A-01', { barcode: 'SHELF-1' })
  t.match(made, {
    status: 201,
    body: { id: /^loc_/, code: 'A-01', type: 'BIN', status: 'ACTIVE', parent_id: null, barcode: 'SHELF-1' },
  })
  t.same((await service.get('/locations?code=A-01')).body.items, [made.body])
  t.same((await service.get('/locations?code=A-02')).body.items, [])
  const url = made.headers.location as string
  t.equal((await service.patch(url, { name: 'Shelf' })).status, 428)
  const changed = await service.patch(url, { name: 'Shelf', barcode: null }, made.headers.etag)
  t.match(changed, { status: 200, body: { name: 'Shelf', code: 'A-01', barcode: null, version: 2 } })
  t.equal((await service.remove(url, made.headers.etag)).status, 412)
  t.equal((await service.remove(url, changed.headers.etag)).status, 204)
  t.match((await service.get(url)).body, { status: 'ARCHIVED' })
})

t.test('a code or barcode that is taken is 409', async (t) => {
  const service = await startService(t)
  await make(service, 'A', { barcode: 'X' })
  t.match(await make(service, 'A'), { status: 409, body: { type: /duplicate-code$/ } })
  t.match(await make(service, 'B', { barcode: 'X' }), { status: 409, body: { type: /duplicate-barcode$/ } })
  const product = { sku: 'P', name: 'P', barcodes: [{ value: 'X' }] }
  t.match(await service.post('/products', product), { status: 409, body: { type: /duplicate-barcode$/ } })
})

t.test(
  'a location with stock or with places in it cannot be archived; an archived one takes no stock',
  async (t) => {
    const service = await startService(t)
    const { product, location } = await stocked(service, { onHand: 1 })
    const url = `/locations/${location.id}`
    const { etag } = (await service.get(url)).headers
    t.match(await service.remove(url, etag), { status: 409, body: { type: /location-not-empty$/ } })
    await service.post('/stock-movements', {
      type: 'COUNT',
      lines: [{ product_id: product.id, location_id: location.id, counted: 0 }],
    })
    const inner = await make(service, 'INNER', { parent_id: location.id })
    t.match(await service.remove(url, etag), { status: 409, body: { type: /location-not-empty$/ } })
    await service.remove(inner.headers.location as string, inner.headers.etag)
    t.equal((await service.remove(url, etag)).status, 204)
    t.match(await receive(service, product.id, location.id, 1), {
      status: 400,
      body: { errors: [{ pointer: '#/lines/0/location_id', code: 'UNKNOWN_LOCATION' }] },
    })
  },
)

t.test('locations form a tree: no unknown, archived or inner place can be the parent', async (t) => {
  const service = await startService(t)
  const top = await make(service, 'TOP')
  const middle = await make(service, 'MIDDLE', { parent_id: top.body.id })
  const low = await make(service, 'LOW', { parent_id: middle.body.id })
  t.same((await service.get(`/locations?parent_id=${top.body.id}`)).body.items, [middle.body])
  const url = top.headers.location as string
  for (const [parent_id, detail] of [
    [low.body.id, 'lies within this location'],
    [top.body.id, 'lies within this location'],
    ['loc_none', 'no location has this id'],
  ])
    t.match(await service.patch(url, { parent_id }, top.headers.etag), {
      status: 400,
      body: { errors: [{ pointer: '#/parent_id', detail }] },
    })
  await service.remove(low.headers.location as string, low.headers.etag)
  t.match(await make(service, 'X', { parent_id: low.body.id }), {
    status: 400,
    body: { errors: [{ detail: 'is archived' }] },
  })
})

t.test('two moves that would close a circle together do not both happen', async (t) => {
  const service = await startService(t)
  const a = await make(service, 'A')
  const b = await make(service, 'B')
  const replies = await Promise.all([
    service.patch(a.headers.location as string, { parent_id: b.body.id }, a.headers.etag),
    service.patch(b.headers.location as string, { parent_id: a.body.id }, b.headers.etag),
  ])
  t.same(replies.map((reply) => reply.status).sort(), [200, 400])
})
