import t from 'tap'
import { emptyHome, startStack } from '../../src/running/stack.ts'

interface Order {
  readonly id: string
  readonly status: string
}

t.setTimeout(300_000)

t.test('after Ctrl-C the next start over the same folder goes on where the first one was', async (t) => {
  const home = emptyHome(t)
  const first = await startStack(t, { home })
  const sku = await first.shop.stock(10)
  const lines = [{ sku, quantity: 8 }]
  const placed = await first.shop.order(lines, 'before-the-end')
  t.equal(placed.status, 201)
  const { id } = placed.body as Order
  const before = await first.shop.call('demo', 'GET', `/orders/${id}`)
  const token = await first.shop.token('demo')
  t.equal(await first.stop('SIGINT'), 0)
  await t.rejects(fetch(first.gateway), 'nobody listens any more')

  const second = await startStack(t, { home, env: { PORT: new URL(first.gateway).port } })
  t.equal(second.gateway, first.gateway)
  const bearer = { authorization: `Bearer ${token}` }
  const kept = await fetch(`${second.gateway}/orders/${id}`, { headers: bearer })
  t.equal(kept.status, 200, 'a token of before is still good')
  t.same(await kept.json(), before.body)
  t.equal(kept.headers.get('etag'), before.headers.get('etag'))
  const unchanged = await fetch(`${second.gateway}/orders/${id}`, {
    headers: { ...bearer, 'if-none-match': before.headers.get('etag') ?? '' },
  })
  t.equal(unchanged.status, 304, 'what a client has kept is still current')

  const again = await second.shop.order(lines, 'before-the-end')
  t.same([again.status, again.headers.get('idempotent-replayed')], [201, 'true'])
  t.equal((again.body as Order).id, id, 'the same key still means the same order')
  t.match(await second.shop.order(lines), { status: 409, body: { errors: [{ available: 2 }] } })
  t.match(await second.shop.call('demo', 'GET', `/products?sku=${sku}`), {
    body: { items: [{ stock: { on_hand: 10, reserved: 8, available: 2 } }] },
  })
  t.match(await second.shop.call('ops', 'GET', '/stock-movements'), { body: { items: [{ delta: 10 }] } })
  t.equal(await second.stop('SIGINT'), 0)
})
