import t from 'tap'
import { classify } from '../../src/retail/file/invoice-line.ts'
import { isGoods } from '../../src/retail/file/product-code.ts'

const GOOD = ['578703', '85123a', 'WHITE HANGING HEART', '4', '11/25/11 11:02', '2.55', '17385']
const FIELDS = ['invoice', 'stockCode', 'description', 'quantity', 'date', 'price', 'customer'] as const

function read(change: Partial<Record<(typeof FIELDS)[number], string>> = {}) {
  return classify({ line: 7, fields: FIELDS.map((name, index) => change[name] ?? GOOD[index] ?? '') })
}

t.test('a line of goods is a sale of the sku in capitals, its price in hundredths', async (t) => {
  t.match(read(), { kind: 'sale', line: 7, sku: '85123A', quantity: 4, priceMinor: 255, customer: '17385' })
})

t.test('an invoice number with C and a negative quantity is a cancellation of so many units', async (t) => {
  t.match(read({ invoice: 'C578832', quantity: '-32' }), { kind: 'cancellation', quantity: 32 })
})

t.test('every kind of line that is no goods is skipped for its own reason', async (t) => {
  const cases: [Parameters<typeof read>[0], string][] = [
    [{ invoice: 'A563185' }, 'bad-invoice-number'],
    [{ invoice: '' }, 'bad-invoice-number'],
    [{ quantity: '1.5' }, 'bad-quantity'],
    [{ quantity: '' }, 'bad-quantity'],
    [{ quantity: '9999999999' }, 'bad-quantity'],
    [{ date: '13/25/11 11:02' }, 'bad-date'],
    [{ price: '-1' }, 'bad-price'],
    [{ price: '1,50' }, 'bad-price'],
    [{ price: 'free' }, 'bad-price'],
    [{ stockCode: 'POST' }, 'not-a-product'],
    [{ stockCode: 'BANK CHARGES' }, 'not-a-product'],
    [{ stockCode: '' }, 'not-a-product'],
    [{ quantity: '-9' }, 'quantity-not-positive'],
    [{ quantity: '0' }, 'quantity-not-positive'],
    [{ invoice: 'C578832', quantity: '2' }, 'quantity-not-negative'],
    [{ price: '0', customer: '' }, 'stock-correction'],
  ]
  for (const [change, reason] of cases)
    t.match(read(change), { kind: 'skipped', reason }, JSON.stringify(change))
})

t.test('a line with the wrong number of columns is malformed', async (t) => {
  t.match(classify({ line: 3, fields: undefined }), { kind: 'skipped', line: 3, reason: 'malformed-line' })
})

t.test('a price of 0 with a customer is a gift and is ordered', async (t) => {
  t.match(read({ price: '0' }), { kind: 'sale', priceMinor: 0 })
})

t.test('each date format the files mix is understood, and no impossible date', async (t) => {
  for (const date of ['11/25/11 11:02', '12-09-11 12:50', '12/1/2010 8:26', '2010-12-01 08:26:00'])
    t.match(read({ date }), { kind: 'sale' }, date)
  for (const date of ['02/30/11 10:00', '12-09-11', '12-09-11 24:00', '12-09-11 10:61', 'yesterday', ''])
    t.match(read({ date }), { reason: 'bad-date' }, date)
})

t.test('goods are told from services by their code', async (t) => {
  for (const sku of ['20869', '85123A', '15056BL', 'DCGSSBOY', 'PADS']) t.ok(isGoods(sku), sku)
  for (const sku of ['POST', 'M', 'D', 'DOT', 'C2', 'CRUK', 'AMAZONFEE', 'GIFT_0001_10', '23444', '1234', ''])
    t.notOk(isGoods(sku), sku)
})
