import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { createProductsClient } from '../src/outside/products-client.ts'
import type { TokenSource } from '../src/outside/token-source.ts'
import { type Fault, type ProductsDouble, productsDouble } from './kit/products-double.ts'

const hold = { id: 'rsv_1', orderId: 'ord_1', lines: [{ lineId: '1', sku: 'BOLT', quantity: 2 }] }

function tokens(...list: (string | Error)[]): TokenSource & { dropped: string[] } {
  const dropped: string[] = []
  return {
    dropped,
    token: async () => {
      const next = list.length > 1 ? list.shift() : list[0]
      if (next instanceof Error) throw next
      return next as string
    },
    drop: (token) => dropped.push(token),
    close: async () => {},
  }
}

async function client(t: Test, options: { url?: URL; tokens?: TokenSource; double?: ProductsDouble } = {}) {
  const double = options.double ?? (await productsDouble(t, { BOLT: 5 }))
  const products = createProductsClient({
    url: options.url ?? double.url,
    tokens: options.tokens ?? tokens('a.b.c'),
    timeoutMs: 200,
    holdSeconds: 900,
  })
  t.teardown(() => products.close())
  return { products, double }
}

t.test('calls carry the token and the trace id, and answers are read as far as needed', async (t) => {
  const { products, double } = await client(t)
  const held = await products.hold(hold, 'trace-0001')
  t.match(held, {
    kind: 'done',
    value: { id: 'rsv_1', status: 'HELD', lines: [{ lineId: '1', productId: 'prd_BOLT', quantity: 2 }] },
  })
  t.match(double.last(), { authorization: 'Bearer a.b.c', 'x-request-id': 'trace-0001' })
  t.match(JSON.parse(double.book.held.get('rsv_1')?.request ?? ''), {
    reference: { type: 'ORDER', id: 'ord_1' },
    expires_in: 'PT900S',
    lines: [{ line_id: '1', sku: 'BOLT', quantity: 2 }],
  })
  t.match(await products.confirm('rsv_1', 't'), { kind: 'done', value: { status: 'CONFIRMED' } })
  t.match(await products.release('rsv_1', [{ lineId: '1', quantity: 1 }], 't'), { kind: 'done' })
  t.match(await products.consume('rsv_1', 'ful_1', [{ lineId: '1', quantity: 1 }], 't'), { kind: 'done' })
  t.match(await products.ask('rsv_1', 't'), {
    kind: 'done',
    value: { status: 'CONSUMED', lines: [{ released: 1 }] },
  })
})

t.test('a problem of products is a clear no', async (t) => {
  const { products } = await client(t)
  t.match(await products.ask('rsv_9', 't'), { kind: 'refused', refusal: { reason: 'not-found' } })
  const short = await products.hold({ ...hold, lines: [{ lineId: '1', sku: 'BOLT', quantity: 9 }] }, 't')
  t.match(short, {
    kind: 'refused',
    refusal: { reason: 'insufficient-stock', faults: [{ pointer: '#/lines/0/quantity', available: 5 }] },
  })
})

const unclear: [string, Fault][] = [
  ['cut', { kind: 'cut-before' }],
  ['too slow', { kind: 'slow', ms: 400 }],
  ['hanging', { kind: 'hang-before' }],
  ['500', { kind: 'status', status: 500 }],
  ['503', { kind: 'status', status: 503 }],
  ['429', { kind: 'status', status: 429 }],
  ['403', { kind: 'status', status: 403 }],
  ['a redirect', { kind: 'status', status: 302 }],
  ['a 404 of somebody else', { kind: 'status', status: 404, body: '<html>not here</html>' }],
  ['a 409 without a type', { kind: 'status', status: 409, body: '{}' }],
  ['a 200 that is no JSON', { kind: 'status', status: 200, body: '{"id":' }],
  [
    'a 200 of another shape',
    { kind: 'status', status: 200, body: '{"id":"rsv_1","status":"SOLD","lines":[]}' },
  ],
]

t.test('whatever is neither an answer nor a problem of products leaves the outcome open', async (t) => {
  const { products, double } = await client(t)
  for (const [what, fault] of unclear) {
    double.fail('hold', fault)
    const answer = await products.hold(hold, 't')
    t.match(answer, { kind: 'unclear', why: String }, what)
    t.notMatch(JSON.stringify(answer), /127\.0\.0\.1/, what)
  }
})

t.test('nobody listening, and garbage on the wire, are unclear', async (t) => {
  const { products, double } = await client(t)
  await double.stop()
  t.match(await products.hold(hold, 't'), { kind: 'unclear', why: 'ECONNREFUSED' })
  const garbage = createServer((socket) => socket.end('no http at all\r\n\r\n'))
  await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve))
  t.teardown(() => garbage.close())
  const { port } = garbage.address() as { port: number }
  const other = await client(t, { double, url: new URL(`http://127.0.0.1:${port}`) })
  t.match(await other.products.hold(hold, 't'), { kind: 'unclear' })
})

t.test('a token refused once is replaced and the call made again, twice is unclear', async (t) => {
  const source = tokens('old.b.c', 'new.b.c')
  const { products, double } = await client(t, { tokens: source })
  double.fail('hold', { kind: 'status', status: 401 })
  t.match(await products.hold(hold, 't'), { kind: 'done' })
  t.same(source.dropped, ['old.b.c'])
  t.equal(double.last().authorization, 'Bearer new.b.c')
  double.fail('ask', { kind: 'status', status: 401 }, { kind: 'status', status: 401 })
  t.match(await products.ask('rsv_1', 't'), { kind: 'unclear', why: 'products answered 401' })
})

t.test('without a token products is not called at all', async (t) => {
  const none = tokens(new Error('no token: the issuer answered 503'))
  const { products, double } = await client(t, { tokens: none })
  t.match(await products.hold(hold, 't'), {
    kind: 'unclear',
    why: 'no token: the issuer answered 503',
  })
  t.same(double.calls, [])
  const never: TokenSource = { ...none, token: () => new Promise(() => {}) }
  const waiting = await client(t, { tokens: never, double })
  t.match(await waiting.products.hold(hold, 't'), { kind: 'unclear', why: /in time/ })
})

t.test('products may live below a path', async (t) => {
  const double = await productsDouble(t, { BOLT: 5 })
  const { products } = await client(t, { double, url: new URL(`${double.url.origin}/inner/`) })
  await products.ask('rsv_1', 't')
  t.same(double.calls, ['GET /inner/reservations/rsv_1'])
})
