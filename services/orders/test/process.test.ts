import { once } from 'node:events'
import { sql } from 'kysely'
import t from 'tap'
import { ordersProcess, spawnOrders } from './kit/orders-process.ts'

t.setTimeout(110_000)

const order = { lines: [{ sku: 'BOLT', quantity: 1 }] }
const key = (name: string) => ({ 'idempotency-key': name })

t.test('what an operator can mend is one line on stderr and exit code 1', async (t) => {
  const whole = {
    PORT: '0',
    DATABASE_URL: 'postgres://nobody:hidden@127.0.0.1:1/orders',
    TRUSTED_ISSUERS: '[{"issuer":"urn:stockgate:gateway","jwks":"http://127.0.0.1:1/jwks"}]',
    PRODUCTS_URL: 'http://127.0.0.1:1',
    TOKEN_URL: 'http://127.0.0.1:1/token',
    CLIENT_SECRET: 'secret',
  }
  const { TOKEN_URL: _token, ...withoutToken } = whole
  const wrong: [Record<string, string>, RegExp][] = [
    [whole, /^stockgate orders: DATABASE_URL: no database at 127\.0\.0\.1:1\/orders/],
    [withoutToken, /^stockgate orders: TOKEN_URL: is required/],
    [{ ...whole, PRODUCTS_URL: 'products' }, /^stockgate orders: PRODUCTS_URL: expected a URL/],
    [
      { ...whole, PRODUCTS_TIMEOUT_MS: '1' },
      /^stockgate orders: PRODUCTS_TIMEOUT_MS: expected a whole number/,
    ],
    [
      { ...whole, PRODUCT_URL: 'http://a' },
      /^stockgate orders: PRODUCT_URL: unknown setting; did you mean PRODUCTS_URL/,
    ],
  ]
  for (const [env, message] of wrong) {
    const child = spawnOrders(t, env)
    const [code] = await once(child, 'close')
    t.equal(code, 1)
    t.equal(child.said.length, 1, child.said.join('\n'))
    t.match(child.said[0], message)
    t.notMatch(child.said[0], /hidden|secret/)
  }
})

t.test('SIGTERM lets an order under way end, refuses nothing it has taken, and exits 0', async (t) => {
  const orders = await ordersProcess(t, { BOLT: 10 })
  orders.products.fail('hold', { kind: 'slow', ms: 300 })
  const inHand = orders.products.seen('hold')
  const placing = orders.send('POST', '/orders', order, key('last'))
  await inHand
  const stopped = await orders.stop()
  t.match(await placing, { status: 201, body: { status: 'CONFIRMED' } })
  t.equal(stopped.code, 0)
  t.same(
    stopped.said.filter((line) => /"level":(50|60)/.test(line)),
    [],
  )
})

t.test('an order left pending by SIGTERM is taken up by the next process', async (t) => {
  const orders = await ordersProcess(t, { BOLT: 10 })
  orders.products.failAll({ kind: 'cut-before' })
  const pending = await orders.send('POST', '/orders', order, { ...key('left'), prefer: 'respond-async' })
  t.equal(pending.status, 202)
  t.equal((await orders.stop()).code, 0)
  orders.products.failAll(undefined)
  await orders.restart()
  const again = await orders.send('POST', '/orders', order, { ...key('left'), prefer: 'wait=10' })
  t.match([again.status, again.body.id], [201, pending.body.id])
})

t.test('a database that drops every connection costs no more than the calls of that moment', async (t) => {
  const orders = await ordersProcess(t, { BOLT: 10 })
  t.equal((await orders.send('POST', '/orders', order, key('before'))).status, 201)
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(orders.db)
  const during = await orders.send('POST', '/orders', order, key('during'))
  t.ok(during.status === 201 || during.status === 503, `${during.status} ${during.text}`)
  t.equal((await orders.send('POST', '/orders', order, key('during'))).status, 201)
  t.equal((await orders.send('POST', '/orders', order, key('after'))).status, 201)
  const stopped = await orders.stop()
  t.equal(stopped.code, 0)
  t.notMatch(stopped.said.join('\n'), /secret|a\.b\.c/)
})
