import t from 'tap'
import { ordersApp } from './kit/orders-app.ts'

t.test('an order whose lines are all in stock is 201 CONFIRMED and holds its stock', async (t) => {
  const { place, call, products } = await ordersApp(t)
  const made = await place({ BOLT: 8, NUT: 2 }, { body: { external_id: 'web-1', note: 'ring twice' } })
  t.equal(made.status, 201)
  t.match(made.headers.location, /^\/orders\/ord_/)
  t.equal(made.headers.location, `/orders/${made.body.id}`)
  t.match(made.body, {
    user_id: '42',
    external_id: 'web-1',
    status: 'CONFIRMED',
    fulfillment_status: 'UNFULFILLED',
    note: 'ring twice',
    rejection: null,
    lines: [
      { line_id: '1', sku: 'BOLT', product_id: 'prd_BOLT', ordered: 8, pending: 0, reserved: 8 },
      { line_id: '2', sku: 'NUT', product_id: 'prd_NUT', ordered: 2, pending: 0, reserved: 2 },
    ],
  })
  t.same(products.calls, ['hold', 'confirm'])
  t.equal(products.book.available('BOLT'), 92)
  const read = await call(`/orders/${made.body.id}`)
  t.same([read.text, read.headers.etag], [made.text, made.headers.etag])
})

t.test('a line that is short is 409 with that line, and the rejected order is kept', async (t) => {
  const { place, call, products } = await ordersApp(t)
  const refused = await place({ BOLT: 8, NUT: 7 })
  t.equal(refused.status, 409)
  t.match(refused.headers['content-type'], /^application\/problem\+json/)
  t.match(refused.body, {
    type: 'https://api.example/problems/insufficient-stock',
    detail: '1 of 2 lines cannot be reserved.',
    instance: /^\/orders\/ord_/,
    trace_id: String,
  })
  t.same(refused.body.errors, [
    {
      pointer: '#/lines/1/quantity',
      detail: '7 requested, 5 available',
      code: 'SHORT',
      sku: 'NUT',
      product_id: 'prd_NUT',
      requested: 7,
      available: 5,
    },
  ])
  const kept = await call(refused.body.instance ?? '')
  t.match(kept.body, {
    status: 'REJECTED',
    rejection: { code: 'INSUFFICIENT_STOCK' },
    lines: [
      { ordered: 8, pending: 0, reserved: 0, cancelled: 8 },
      { ordered: 7, pending: 0, reserved: 0, cancelled: 7 },
    ],
  })
  t.same(products.calls, ['hold'], 'nothing was held, so nothing is given back')
  t.equal(products.book.available('BOLT'), 100)
})

t.test(
  'a sku that products does not know is 400 at its line, and the order is kept as rejected',
  async (t) => {
    const { place, call } = await ordersApp(t)
    const refused = await place({ BOLT: 1, 'NO-SUCH': 1 })
    t.equal(refused.status, 400)
    t.match(refused.body, {
      type: 'https://api.example/problems/validation-error',
      errors: [{ pointer: '#/lines/1/sku', code: 'UNKNOWN_PRODUCT' }],
    })
    t.match((await call(refused.body.instance ?? '')).body, {
      status: 'REJECTED',
      rejection: { code: 'INVALID_LINES' },
    })
  },
)

t.test('the same sku may stand in several lines, and a thousand lines are taken', async (t) => {
  const stock = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`S${i}`, 3]))
  const { call } = await ordersApp(t, { stock, timeoutMs: 5_000 })
  const post = (key: string, lines: object[]) => call('/orders', { method: 'POST', key, body: { lines } })
  const twice = await post('twice', [
    { sku: 'S0', quantity: 1 },
    { sku: 'S0', quantity: 1, unit_price: { amount_minor: 0, currency: 'GBP' } },
  ])
  t.equal(twice.status, 201)
  t.match(twice.body.lines, [{ unit_price: null }, { unit_price: { amount_minor: 0, currency: 'GBP' } }])
  const many = await post(
    'many',
    Array.from({ length: 1000 }, (_, i) => ({ sku: `S${i}`, quantity: 1 })),
  )
  t.equal(many.status, 201)
  t.equal(many.body.lines.length, 1000)
  t.match(many.body.lines[999], { line_id: '1000', sku: 'S999', reserved: 1 })
})

t.test('skus, notes and external ids are kept letter by letter', async (t) => {
  const odd = 'a"b\\c,{}\'NULL ü 🔩'
  const { place, call } = await ordersApp(t, { stock: { [odd]: 5, NULL: 5, '': 5 } })
  const made = await place({ [odd]: 1, NULL: 1 }, { body: { note: odd, external_id: odd } })
  t.match(made, {
    status: 201,
    body: { note: odd, external_id: odd, lines: [{ sku: odd }, { sku: 'NULL', unit_price: null }] },
  })
  t.equal((await call(`/orders/${made.body.id}`)).text, made.text)
})

t.test('one may order for oneself, for others only with the scope for all', async (t) => {
  const { place, call } = await ordersApp(t)
  const refused = await place({ BOLT: 1 }, { body: { user_id: '43' } })
  t.equal(refused.status, 403)
  t.match(refused.headers['www-authenticate'], /scope="orders:write:all"/)
  t.equal((await place({ BOLT: 1 }, { body: { user_id: '42' } })).status, 201)
  const manager = { sub: 'manager', scopes: ['orders:write:all', 'orders:read:all'] }
  const made = await place({ BOLT: 1 }, { body: { user_id: '43' }, as: manager })
  t.match([made.status, made.body.user_id], [201, '43'])
  const theirs = await call(`/orders/${made.body.id}`, { as: { sub: '43' } })
  t.equal(theirs.status, 200)
})

t.test('an external_id names one order of a user, unless that was rejected', async (t) => {
  const { place } = await ordersApp(t)
  const body = { external_id: 'web-7' }
  t.equal((await place({ NUT: 99 }, { body })).status, 409)
  const first = await place({ NUT: 1 }, { body })
  t.equal(first.status, 201)
  const second = await place({ NUT: 1 }, { body })
  t.equal(second.status, 409)
  t.match(second.body, {
    type: 'https://api.example/problems/duplicate-external-id',
    instance: `/orders/${first.body.id}`,
    errors: [{ pointer: '#/external_id' }],
  })
  t.equal((await place({ NUT: 1 }, { body, as: { sub: '43' } })).status, 201)
})

t.test('what is wrong in the body is pointed at, and nothing reaches products', async (t) => {
  const { call, products } = await ordersApp(t)
  const line = { sku: 'BOLT', quantity: 1 }
  const wrong: [string, object][] = [
    ['#/lines', {}],
    ['#/lines', { lines: [] }],
    ['#/lines', { lines: Array.from({ length: 1001 }, () => line) }],
    ['#/lines/0/quantity', { lines: [{ sku: 'BOLT' }] }],
    ['#/lines/0/quantity', { lines: [{ sku: 'BOLT', quantity: 0 }] }],
    ['#/lines/0/quantity', { lines: [{ sku: 'BOLT', quantity: 1.5 }] }],
    ['#/lines/0/quantity', { lines: [{ sku: 'BOLT', quantity: '1' }] }],
    ['#/lines/0/quantity', { lines: [{ sku: 'BOLT', quantity: 2 ** 53 }] }],
    ['#/lines/0/price', { lines: [{ ...line, price: 1 }] }],
    [
      '#/lines/0/unit_price/currency',
      { lines: [{ ...line, unit_price: { amount_minor: 1, currency: 'eur' } }] },
    ],
    ['#/backorder_policy', { lines: [line], backorder_policy: 'BACKORDER' }],
    ['#/external_id', { lines: [line], external_id: 'x'.repeat(65) }],
    ['#/user_id', { lines: [line], user_id: '' }],
    ['#/status', { lines: [line], status: 'CONFIRMED' }],
  ]
  for (const [pointer, body] of wrong) {
    const answer = await call('/orders', { method: 'POST', key: 'wrong', body })
    t.equal(answer.status, 400, pointer)
    t.ok(
      answer.body.errors?.some((fault) => fault.pointer === pointer),
      `${pointer}: ${answer.text}`,
    )
  }
  t.same(products.calls, [])
})

t.test('two hundred buyers of the last ten units: ten get one, nothing is sold twice', async (t) => {
  const { place, products, db } = await ordersApp(t, { stock: { LAST: 10 }, timeoutMs: 5_000 })
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => place({ LAST: 1 }, { as: { sub: `buyer-${i}` } })),
  )
  const count = (status: number) => answers.filter((answer) => answer.status === status).length
  t.same([count(201), count(409)], [10, 190])
  t.equal(products.book.reserved('LAST'), 10)
  const open = await db.selectFrom('sagas').select('id').where('ended_at', 'is', null).execute()
  t.same(open, [])
})
