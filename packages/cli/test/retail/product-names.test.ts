import t from 'tap'
import { ProductNames } from '../../src/retail/file/product-names.ts'

function products(...lines: [stockCode: string, description: string, quantity?: string, price?: string][]) {
  const names = new ProductNames()
  for (const [index, [code, description, quantity = '1', price = '2.55']] of lines.entries())
    names.add({
      line: index + 2,
      fields: ['1', code, description, quantity, '11/25/11 11:02', price, '17385'],
    })
  return names.products()
}

t.test('a product has the description most of its lines use', async (t) => {
  const read = products(['85123A', 'RED HEART'], ['85123a', 'WHITE  HEART'], ['85123A', 'WHITE HEART'])
  t.same(read, [{ sku: '85123A', name: 'WHITE HEART' }])
})

t.test('of equally frequent descriptions the longer one wins, whatever the order of lines', async (t) => {
  t.match(products(['20869', 'HEART'], ['20869', 'RED HEART']), [{ name: 'RED HEART' }])
  t.match(products(['20869', 'RED HEART'], ['20869', 'HEART']), [{ name: 'RED HEART' }])
})

t.test('notes on stock corrections never become a name, but their product exists', async (t) => {
  t.same(products(['20869', 'damaged', '-9', '0'], ['20868', 'check', '5', '0'], ['20867', '']), [
    { sku: '20867', name: 'Product 20867' },
    { sku: '20868', name: 'Product 20868' },
    { sku: '20869', name: 'Product 20869' },
  ])
})

t.test('postage, fees and malformed lines are no products', async (t) => {
  const names = new ProductNames()
  names.add({ line: 2, fields: undefined })
  t.same([...products(['POST', 'POSTAGE'], ['D', 'Discount']), ...names.products()], [])
})
