import t from 'tap'
import { startService } from '../kit/service.ts'

async function shop(t: Parameters<typeof startService>[0]) {
  const service = await startService(t, { now: () => Date.UTC(2026, 5, 1) })
  const barcodes = [
    { value: '614141999996' },
    { value: '10614141999993', pack_quantity: 12 },
    { value: 'OWN/1 %' },
  ]
  const { body: product } = await service.post('/products', { sku: '85123A', name: 'Lamp', barcodes })
  const place = { code: 'A-01', name: 'Shelf', type: 'BIN', barcode: 'SHELF-1' }
  const { body: location } = await service.post('/locations', place)
  const scan = (data: string) => service.get(`/barcodes/${encodeURIComponent(data)}`)
  return { service, product, location, scan }
}

t.test('every length of a GTIN finds its product, a pack tells its units', async (t) => {
  const { product, scan } = await shop(t)
  for (const data of ['614141999996', '0614141999996', '00614141999996'])
    t.match(await scan(data), {
      status: 200,
      body: {
        data,
        kind: 'PRODUCT',
        gtin: '00614141999996',
        pack_quantity: 1,
        product: { id: product.id },
        location: null,
      },
    })
  t.match((await scan('10614141999993')).body, { kind: 'PACK', pack_quantity: 12 })
})

t.test('codes of our own, skus, shelf labels and location codes are found as well', async (t) => {
  const { product, location, scan } = await shop(t)
  t.match((await scan('OWN/1 %')).body, { kind: 'PRODUCT', product: { id: product.id }, gtin: null })
  t.match((await scan('85123A')).body, { kind: 'PRODUCT', product: { id: product.id } })
  t.match((await scan('SHELF-1')).body, { kind: 'LOCATION', location: { id: location.id }, product: null })
  t.match((await scan('A-01')).body, { kind: 'LOCATION', location: { id: location.id } })
})

t.test('GS1 element strings tell lot, expiry, serial and count, bracketed or as scanned', async (t) => {
  const { product, scan } = await shop(t)
  const told = { product: { id: product.id }, lot: 'L-7', expires_on: '2027-02-28', kind: 'LOT' }
  t.match((await scan('(01)00614141999996(17)270200(10)L-7')).body, told)
  t.match((await scan('01006141419999961727020010L-7')).body, told)
  t.match((await scan(']C1010061414199999610L-7\u001d17270228')).body, told)
  t.match((await scan('(01)00614141999996(21)S1')).body, { kind: 'SERIAL', serial: 'S1' })
  t.match((await scan('(02)00614141999996(37)24(00)006141411234567890')).body, {
    product: { id: product.id },
    count: 24,
    sscc: '006141411234567890',
  })
})

t.test('a misread code is 400, one that nothing carries is 404', async (t) => {
  const { scan } = await shop(t)
  for (const data of [
    '614141999995',
    '(01)00614141999995',
    '(17)271301(01)00614141999996',
    '(99)x',
    '(01)',
    ']C1x',
  ])
    t.match(await scan(data), { status: 400, body: { type: /barcode-invalid$/ } }, data)
  for (const data of [
    '4006381333931',
    'nobody',
    '85123a',
    'x'.repeat(512),
    '🛢',
    '(00)006141411234567890',
    '%2F',
  ])
    t.match(await scan(data), { status: 404, body: { type: /barcode-unknown$/ } }, data)
})

t.test('digits of a wrong check digit are found when somebody registered just these', async (t) => {
  const { service, scan } = await shop(t)
  const barcodes = [{ value: '614141999995', type: 'CODE' }]
  await service.post('/products', { sku: 'ODD', name: 'Odd', barcodes })
  t.match(await scan('614141999995'), { status: 200, body: { product: { sku: 'ODD' }, gtin: null } })
})

t.test('more than 512 characters are refused', async (t) => {
  const { scan } = await shop(t)
  t.ok([400, 404].includes((await scan('x'.repeat(513))).status))
  t.equal((await scan('ü'.repeat(512))).status, 404)
})
