import type { TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { importFile } from '../../src/retail/import-file.ts'
import { file } from '../kit/files.ts'
import { DAY, invoiceFile } from '../kit/retail-files.ts'
import { Shop } from '../kit/shop.ts'

const quiet = () => ({ tick: () => {}, done: () => {} })

async function importInto(shop: Shop, t: TestScope, path: string, openingStock = '100') {
  const { client: api } = await shop.open(t)
  return importFile({ api, file: path, openingStock, locationCode: 'MAIN', progress: quiet })
}

t.test('the products of a file exist afterwards, each with its opening stock', async (t) => {
  const shop = new Shop()
  const done = await importInto(shop, t, invoiceFile(t, DAY))
  t.same([...shop.products.keys()], ['10001', '10002', '10003', '10004'])
  t.same([...shop.onHand.values()], [100, 100, 100, 100])
  t.same(done, { products: { created: 4, present: 0 }, stock: { recorded: 4, units: 400, present: 0 } })
})

t.test('a second import changes nothing, not even with another amount', async (t) => {
  const shop = new Shop()
  const path = invoiceFile(t, DAY)
  await importInto(shop, t, path)
  const done = await importInto(shop, t, path, '7')
  t.same(done, { products: { created: 0, present: 4 }, stock: { recorded: 0, units: 0, present: 4 } })
  t.equal(shop.movements.length, 4)
})

t.test('an import whose answer was lost is completed by its own repetition', async (t) => {
  const shop = new Shop()
  let lost = 0
  shop.afterwards = () => (lost++ % 2 === 0 ? 'cut' : undefined)
  const done = await importInto(shop, t, invoiceFile(t, DAY))
  t.same([...shop.onHand.values()], [100, 100, 100, 100])
  t.equal(shop.locations.size, 1)
  t.equal(done.stock.units, 400)
})

t.test('more than 500 products go in batches of at most 500', async (t) => {
  const shop = new Shop()
  const sizes: number[] = []
  shop.interfere = (request) => {
    const { items, lines } = request.json() as { items?: unknown[]; lines?: unknown[] }
    sizes.push((items ?? lines)?.length ?? 0)
    return undefined
  }
  const path = invoiceFile(
    t,
    Array.from({ length: 1001 }, (_, index) => ['100', String(20_000 + index), 1]),
  )
  await importInto(shop, t, path)
  t.same(sizes, [500, 500, 1, 0, 500, 500, 1])
  t.equal(shop.onHand.size, 1001)
})

t.test('a file of amounts gives each product its own, and none to those it leaves out', async (t) => {
  const shop = new Shop()
  await importInto(shop, t, invoiceFile(t, DAY), file(t, 'sku,quantity\n10001,7\n10003,0\n'))
  t.same([...shop.onHand], [['prd_10001 loc_MAIN', 7]])
})

t.test('a product the API refuses ends the import with its reason', async (t) => {
  const shop = new Shop()
  const problem = { detail: 'The name is too long.' }
  shop.interfere = () => ({ status: 207, body: { items: [{ index: 1, status: 400, problem }] } })
  await t.rejects(importInto(shop, t, invoiceFile(t, DAY)), { message: /10002.*The name is too long/ })
})

t.test('a file without goods is refused before anything is written', async (t) => {
  const shop = new Shop()
  await t.rejects(importInto(shop, t, invoiceFile(t, [['1', 'POST', 1]])), { message: /names no product/ })
  t.equal(shop.locations.size, 0)
})
