import type { TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { importFile } from '../../src/retail/import-file.ts'
import { replayFile } from '../../src/retail/replay-file.ts'
import { DAY, invoiceFile } from '../kit/retail-files.ts'
import { Shop } from '../kit/shop.ts'

const quiet = () => ({ tick: () => {}, done: () => {} })

/** A shop that has imported the file with 100 units of each product. */
async function stocked(t: TestScope, path: string): Promise<Shop> {
  const shop = new Shop()
  const { client: api } = await shop.open(t)
  await importFile({ api, file: path, openingStock: '100', locationCode: 'MAIN', progress: quiet })
  return shop
}

async function replayInto(
  shop: Shop,
  t: TestScope,
  path: string,
  more: { ship?: boolean; limit?: number } = {},
) {
  const { gateway, ...clients } = await shop.open(t)
  return replayFile({
    run: { ...clients, concurrency: 1 },
    gateway,
    file: path,
    locationCode: 'MAIN',
    ship: true,
    settleMs: 0,
    progress: quiet,
    ...more,
  })
}

const state = (shop: Shop) =>
  structuredClone({ orders: [...shop.orders.values()], movements: shop.movements })

t.test('a day is ordered, cancelled, returned and shipped, and every sum holds', async (t) => {
  const path = invoiceFile(t, DAY)
  const shop = await stocked(t, path)
  const { summary, skipped } = await replayInto(shop, t, path)
  t.match(summary, { end: 'complete', ok: true, invoices: 4, refused: [] })
  t.same(
    summary.checks.filter(({ ok }) => !ok),
    [],
  )
  t.match(summary.orders, { created: 4, replayed: 0, by_status: { CLOSED: 3, REJECTED: 1 } })
  t.match(summary.lines, { read: 15, ordered: 7, cancelled: 3, returned: 1, skipped: 4 })
  t.same(
    skipped.map(({ line, reason }) => [line, reason]),
    [
      [5, 'not-a-product'],
      [8, 'quantity-not-positive'],
      [11, 'order-was-rejected'],
      [16, 'not-a-product'],
    ],
  )
  const onHand = Object.fromEntries([...shop.onHand].map(([key, units]) => [key.slice(4, 9), units]))
  t.same(onHand, { 10001: 91, 10002: 100, 10003: 105, 10004: 99 })
})

t.test('a second run changes nothing and says so', async (t) => {
  const path = invoiceFile(t, DAY)
  const shop = await stocked(t, path)
  await replayInto(shop, t, path)
  const before = state(shop)
  const { summary } = await replayInto(shop, t, path)
  t.same(state(shop), before)
  t.match(summary, {
    ok: true,
    orders: { created: 0, replayed: 4 },
    cancellations: { changed: 0, unchanged: 2 },
    returns: { recorded: 0, replayed: 1 },
    shipped: { orders: 0 },
  })
})

t.test('without shipping the goods stay reserved, and a later run ships them', async (t) => {
  const path = invoiceFile(t, DAY)
  const shop = await stocked(t, path)
  t.match((await replayInto(shop, t, path, { ship: false })).summary, {
    ok: true,
    orders: { by_status: { CONFIRMED: 3 } },
  })
  t.match((await replayInto(shop, t, path)).summary, { ok: true, shipped: { orders: 3 } })
})

t.test('wherever a run is cut off, the next one completes it and nothing happens twice', async (t) => {
  const path = invoiceFile(t, DAY)
  const whole = await stocked(t, path)
  await replayInto(whole, t, path)
  for (let cut = 1; cut <= 12; cut++) {
    const shop = await stocked(t, path)
    let calls = 0
    // From the cut on every change is refused: what was written stays, what came later did not happen.
    shop.interfere = () => (++calls > cut ? { status: 500, body: { title: 'gone' } } : undefined)
    const { summary } = await replayInto(shop, t, path)
    t.notOk(summary.ok, `cut after ${cut} changes`)
    shop.interfere = () => undefined
    t.ok((await replayInto(shop, t, path)).summary.ok, 'all sums hold after the next run')
    t.same(shop.onHand, whole.onHand)
    t.equal(shop.orders.size, 4)
  }
})

t.test('answers that get lost are asked for again and have one effect', async (t) => {
  const path = invoiceFile(t, DAY)
  const shop = await stocked(t, path)
  const seen = new Set<string>()
  shop.afterwards = ({ url, text }) => {
    const again = seen.has(url + text)
    seen.add(url + text)
    return again ? undefined : 'cut'
  }
  const { summary } = await replayInto(shop, t, path)
  t.match(summary, { ok: true, orders: { by_status: { CLOSED: 3, REJECTED: 1 } } })
  t.ok(summary.calls.client.retried >= 10)
  t.equal(shop.orders.size, 4)
})

t.test(
  'a run after the keys are forgotten knows orders and returns by the books and changes nothing',
  async (t) => {
    const path = invoiceFile(t, DAY)
    const shop = await stocked(t, path)
    await replayInto(shop, t, path)
    shop.age(8)
    const before = state(shop)
    const { summary } = await replayInto(shop, t, path)
    t.same(state(shop), before)
    t.match(summary, {
      ok: true,
      orders: { created: 0, replayed: 0, old: 4 },
      returns: { recorded: 0, replayed: 1 },
    })
  },
)

t.test('a sum that does not hold is found', async (t) => {
  const path = invoiceFile(t, DAY)
  const shop = await stocked(t, path)
  shop.onHand.set('prd_10001 loc_MAIN', 99)
  const { summary } = await replayInto(shop, t, path)
  t.notOk(summary.ok)
  t.match(
    summary.checks.filter(({ ok }) => !ok),
    [{ name: 'units in the ledger = units on hand', differences: ['10001 at loc_MAIN: 91 and 90'] }],
  )
})

t.test('a pending order is followed until it has settled', async (t) => {
  const path = invoiceFile(t, DAY)
  const shop = await stocked(t, path)
  shop.slow.set('100', 1)
  t.match((await replayInto(shop, t, path)).summary, { ok: true, orders: { unsettled: 0 } })
})

t.test(
  'an invoice the API refuses is listed, and nothing is cancelled or shipped before it has an order',
  async (t) => {
    const path = invoiceFile(t, DAY)
    const shop = await stocked(t, path)
    shop.interfere = ({ text }) =>
      text.includes('"external_id":"102"') ? { status: 400, body: { detail: 'no' } } : undefined
    const { summary } = await replayInto(shop, t, path)
    t.match(summary, { end: 'unsettled', ok: false, refused: [{ invoice: '102', why: '400 no' }] })
    t.notOk(shop.movements.some(({ type }) => type === 'SHIPMENT' || type === 'RETURN'))
  },
)

t.test('the beginning of a file can be replayed first: late cancellations become returns', async (t) => {
  const path = invoiceFile(t, DAY)
  const shop = await stocked(t, path)
  t.match((await replayInto(shop, t, path, { limit: 1 })).summary, {
    ok: true,
    lines: { read: 15, ordered: 3, beyondLimit: 11, skipped: 1 },
  })
  for (const run of ['first', 'second']) {
    const { summary } = await replayInto(shop, t, path)
    t.match(summary, { ok: true, lines: { cancelled: 1, returned: 3 } }, `${run} whole run`)
  }
})

t.test('after a stop what is in flight is finished, and the next run goes on', async (t) => {
  const path = invoiceFile(t, DAY)
  const shop = await stocked(t, path)
  const { gateway, stop, ...clients } = await shop.open(t)
  shop.afterwards = () => void stop.stop()
  const options = { file: path, gateway, locationCode: 'MAIN', ship: true, settleMs: 0, progress: quiet }
  const { summary } = await replayFile({ ...options, run: { ...clients, stop, concurrency: 1 } })
  t.match(summary, { end: 'stopped', ok: false, orders: { created: 1 } })
  shop.afterwards = () => undefined
  t.match((await replayInto(shop, t, path)).summary, { ok: true, orders: { created: 3, replayed: 1 } })
})

t.test('a file whose products were not imported says so, and so does a missing warehouse', async (t) => {
  const path = invoiceFile(t, DAY)
  await t.rejects(replayInto(new Shop(), t, path), { message: /not|none.*run pnpm stockgate import/ })
  const shop = new Shop()
  shop.products.set('10001', 'prd_10001')
  await t.rejects(replayInto(shop, t, path), { message: /no location MAIN/ })
})
