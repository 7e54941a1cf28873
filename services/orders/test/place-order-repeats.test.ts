import t from 'tap'
import { ordersApp } from './kit/orders-app.ts'

const body = { lines: [{ sku: 'BOLT', quantity: 2 }] }
const post = { method: 'POST', key: 'once', body, headers: { prefer: 'wait=10' } } as const

t.test('the same call again gives the same order and the same bytes, marked as a repetition', async (t) => {
  const { call, products } = await ordersApp(t)
  const first = await call('/orders', post)
  const again = await call('/orders', post)
  t.equal(first.status, 201)
  t.equal(first.headers['idempotent-replayed'], undefined)
  t.equal(again.headers['idempotent-replayed'], 'true')
  t.same([again.status, again.text], [first.status, first.text])
  for (const name of ['location', 'etag', 'content-type']) t.equal(again.headers[name], first.headers[name])
  t.equal(products.book.reserved('BOLT'), 2)
})

t.test('a refusal is repeated byte for byte too, even when stock has come meanwhile', async (t) => {
  const { call, products } = await ordersApp(t, { stock: { BOLT: 1 } })
  const first = await call('/orders', post)
  products.book.stock.set('BOLT', 10)
  const again = await call('/orders', post)
  t.equal(first.status, 409)
  t.same([again.status, again.text], [first.status, first.text])
  t.equal(again.headers['content-type'], first.headers['content-type'])
})

t.test('the key with another body is 422, the key of another caller is another key', async (t) => {
  const { call } = await ordersApp(t)
  const first = await call('/orders', post)
  const other = { ...post, body: { lines: [{ sku: 'BOLT', quantity: 3 }] } }
  const reused = await call('/orders', other)
  t.match([reused.status, reused.body.type], [422, /idempotency-key-reused$/])
  const neighbour = await call('/orders', { ...post, as: { sub: '43' } })
  t.equal(neighbour.status, 201)
  t.not(neighbour.body.id, first.body.id)
})

t.test('a call without a key, or with one that is none, is 400', async (t) => {
  const { call } = await ordersApp(t)
  const none = await call('/orders', { method: 'POST', body })
  t.match([none.status, none.body.type], [400, /idempotency-key-required$/])
  const long = await call('/orders', { ...post, key: 'x'.repeat(256) })
  t.match([long.status, long.body.type], [400, /idempotency-key-invalid$/])
})

t.test('copies that arrive at once make one order, and each of them is told of it', async (t) => {
  const { call, products, db } = await ordersApp(t, { timeoutMs: 2_000 })
  products.fail('hold', { kind: 'slow', ms: 300 })
  const answers = await Promise.all(Array.from({ length: 20 }, () => call('/orders', post)))
  t.same([...new Set(answers.map(({ status }) => status))], [201])
  t.equal(new Set(answers.map(({ text }) => text)).size, 1)
  t.equal(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined).length, 1)
  t.equal((await db.selectFrom('orders').select('id').execute()).length, 1)
  t.same(products.calls, ['hold', 'confirm'])
})

t.test('a copy that will not wait is told of the pending order', async (t) => {
  const { call, products } = await ordersApp(t, { timeoutMs: 2_000 })
  products.fail('hold', { kind: 'slow', ms: 500 })
  const held = products.seen('hold')
  const first = call('/orders', post)
  await held
  const copy = await call('/orders', { ...post, headers: { prefer: 'respond-async' } })
  t.equal(copy.status, 202)
  t.equal(copy.body.status, 'PENDING')
  t.equal((await first).body.id, copy.body.id)
})

t.test('an order cancelled while pending answers its call with what became of it', async (t) => {
  const { call, products } = await ordersApp(t)
  products.failAll({ kind: 'cut-before' })
  const pending = await call('/orders', { ...post, headers: { prefer: 'respond-async' } })
  const path = `/orders/${pending.body.id}/cancellation`
  t.equal((await call(path, { method: 'PUT', body: { reason: 'changed my mind' } })).status, 201)
  // Only now: answered sooner, a try in the background could confirm the order before it is cancelled.
  products.failAll(undefined)
  const again = await call('/orders', post)
  t.match([again.status, again.body.status, again.body.id], [201, 'CANCELLED', pending.body.id])
})
