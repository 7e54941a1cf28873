import t from 'tap'
import { type Json, ordersApp } from './kit/orders-app.ts'

const ops = { sub: 'ops', scopes: ['orders:read:all', 'orders:read', 'ops:read'] }
const ids = (body: Json) => body.items.map(({ id }) => id)

t.test('a user lists its own orders, the newest first, and others nothing of them', async (t) => {
  const { place, call } = await ordersApp(t)
  const mine: string[] = []
  for (let i = 0; i < 3; i++) mine.unshift((await place({ BOLT: 1 })).body.id)
  const theirs = (await place({ BOLT: 1 }, { as: { sub: '43' } })).body.id
  const list = await call('/orders')
  t.same(ids(list.body), mine)
  const one = await call(`/orders/${mine[0]}`)
  t.same(list.body.items[0], one.body, 'an order reads the same in a list and alone')
  t.same(ids((await call('/orders?sort=created_at')).body), mine.toReversed())
  t.same(ids((await call('/users/42/orders')).body), mine)
  const me = await call('/users/me/orders?limit=1')
  t.equal(me.headers['content-location'], '/users/42/orders?limit=1')
  t.same(ids(me.body), mine.slice(0, 1))
  t.same(ids((await call('/orders?user_id=43')).body), [])
  t.equal((await call('/users/43/orders')).status, 404)
  t.equal((await call(`/orders/${theirs}`)).status, 404)
  t.equal((await call(`/orders/${theirs}/timeline`)).status, 404)
  t.same(ids((await call('/orders', { as: ops })).body), [theirs, ...mine])
  t.same(ids((await call('/orders?user_id=43', { as: ops })).body), [theirs])
  t.same(ids((await call('/users/43/orders', { as: ops })).body), [theirs])
})

t.test('orders are found by status and external_id', async (t) => {
  const { place, call } = await ordersApp(t)
  const good = (await place({ BOLT: 1 }, { body: { external_id: 'web 1/ä' } })).body.id
  const bad = (await place({ NUT: 99 })).body.instance?.slice('/orders/'.length)
  t.same(ids((await call('/orders?status=CONFIRMED')).body), [good])
  t.same(ids((await call('/orders?status=REJECTED')).body), [bad])
  t.same(ids((await call(`/users/me/orders?external_id=${encodeURIComponent('web 1/ä')}`)).body), [good])
  t.same(ids((await call('/orders?external_id=nothing')).body), [])
  t.equal((await call('/orders?status=confirmed')).status, 400)
})

t.test('paging shows every order once, also while new ones come in', async (t) => {
  const { place, call } = await ordersApp(t)
  const made: string[] = []
  for (let i = 0; i < 5; i++) made.unshift((await place({ BOLT: 1 })).body.id)
  const seen: string[] = []
  for (let path: string | undefined = '/orders?limit=2'; path; ) {
    const page = await call(path)
    t.equal(page.status, 200)
    seen.push(...ids(page.body))
    path = page.body.next
    await place({ BOLT: 1 })
  }
  t.same(seen, made)
})

t.test('a cursor serves the list it comes from and no other', async (t) => {
  const { place, call } = await ordersApp(t)
  for (let i = 0; i < 3; i++) await place({ BOLT: 1 })
  const { next = '' } = (await call('/orders?limit=1')).body
  const cursor = new URLSearchParams(next.split('?')[1]).get('cursor') ?? ''
  t.equal((await call(`/orders?limit=2&cursor=${cursor}`)).status, 200)
  for (const path of [
    `/orders?status=CONFIRMED&cursor=${cursor}`,
    `/orders?sort=created_at&cursor=${cursor}`,
    `/users/42/orders?cursor=${cursor}`,
    '/orders?cursor=abc',
    `/orders?cursor=${cursor.slice(1)}`,
  ]) {
    const refused = await call(path)
    t.match(refused, { status: 400, body: { type: /invalid-cursor$/, errors: [{ pointer: '?cursor' }] } })
  }
})

t.test('a page of very large orders ends early and goes on', async (t) => {
  const { place, call, db } = await ordersApp(t)
  for (let i = 0; i < 3; i++) await place({ BOLT: 1 })
  await db.updateTable('orders').set({ line_count: 6_000 }).execute()
  const first = await call('/orders')
  t.equal(first.body.items.length, 1)
  const second = await call(first.body.next ?? '')
  t.equal(second.body.items.length, 1)
  t.equal((await call(second.body.next ?? '')).body.next, undefined)
})

t.test('who has the present version of an order gets 304, until it changes', async (t) => {
  const { place, call } = await ordersApp(t)
  const made = await place({ BOLT: 1 })
  const path = `/orders/${made.body.id}`
  const known = { headers: { 'if-none-match': made.headers.etag ?? '' } }
  const same = await call(path, known)
  t.same([same.status, same.text, same.headers['cache-control']], [304, '', 'private, no-cache'])
  t.equal((await call(path, { ...known, method: 'HEAD' })).status, 304)
  await call(`${path}/cancellation`, { method: 'PUT', body: { reason: 'x' } })
  t.equal((await call(path, known)).status, 200)
})

t.test('the note changes only against the present version', async (t) => {
  const { place, call } = await ordersApp(t)
  const made = await place({ BOLT: 1 })
  const path = `/orders/${made.body.id}`
  const patch = (note: string | null, headers: Record<string, string> = {}) =>
    call(path, { method: 'PATCH', body: { note }, headers })
  t.match(await patch('a'), { status: 428, body: { type: /precondition-required$/ } })
  t.equal((await patch('a', { 'if-match': '"1-abcdefgh"' })).status, 412)
  const changed = await patch('a', { 'if-match': made.headers.etag ?? '' })
  t.match(changed, { status: 200, body: { note: 'a', version: made.body.version + 1 } })
  t.equal((await patch('b', { 'if-match': made.headers.etag ?? '' })).status, 412)
  const cleared = await patch(null, { 'if-match': changed.headers.etag ?? '' })
  t.match(cleared, { status: 200, body: { note: null } })
  t.equal((await call(path)).headers.etag, cleared.headers.etag)
  const stranger = { method: 'PATCH' as const, body: { note: 'x' }, as: { sub: '43' } }
  t.equal((await call(path, { ...stranger, headers: { 'if-match': '*' } })).status, 404)
})

t.test(
  'the timeline tells what happened, by whom and in which request; saga steps to operators only',
  async (t) => {
    const { place, call } = await ordersApp(t)
    const made = await place({ BOLT: 2 }, { headers: { 'x-request-id': 'request-place' } })
    const path = `/orders/${made.body.id}`
    await call(`${path}/cancellation`, { method: 'PUT', body: { reason: 'enough' } })
    const seen = await call(`${path}/timeline`)
    t.match(seen.body.items, [
      { type: 'order.created', actor: { sub: '42', client_id: 'demo' }, trace_id: 'request-place' },
      { type: 'order.confirmed', actor: null, trace_id: 'request-place', occurred_at: String },
      { type: 'order.cancelled', data: { reason: 'enough' }, actor: { sub: '42' } },
    ])
    const all = await call(`${path}/timeline?limit=3`, { as: ops })
    t.same(
      all.body.items.map(({ type }) => type),
      ['order.created', 'saga.reserved', 'order.confirmed'],
    )
    const rest = await call(all.body.next ?? '', { as: ops })
    t.same(
      rest.body.items.map(({ type }) => type),
      ['order.cancelled', 'saga.released'],
    )
  },
)
