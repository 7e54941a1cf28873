import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { everyItem } from '../../src/running/collection.ts'
import { startStack } from '../../src/running/stack.ts'
import type { Shop } from '../../src/shop.ts'

const BUYERS = 200
const COLD_BUYERS = 20
const UNITS = 10
const ROUNDS = 50
const PAIR_ROUNDS = 3

interface OrderSeen {
  readonly id: string
  readonly status: string
  readonly rejection: { readonly code: string } | null
}
type Lines = readonly { sku: string; quantity: number }[]

t.setTimeout(600_000)

t.test('the last units are sold once each, however many buyers come at once', async (t) => {
  const { shop, stop } = await startStack(t)
  const seen = { orders: 0, pending: 0, slowestMs: 0 }

  /** All buyers at once, each for `lines(buyer)`. Gives how many orders had each outcome. */
  const rush = async (lines: (buyer: number) => Lines, buyers = BUYERS) => {
    const began = performance.now()
    const outcomes = await Promise.all(
      Array.from({ length: buyers }, async (_, buyer) => {
        const outcome = await buy(shop, `buyer-${buyer}`, lines(buyer))
        if (outcome.startsWith('202')) seen.pending++
        return outcome.replace('202 ', '')
      }),
    )
    seen.orders += buyers
    seen.slowestMs = Math.max(seen.slowestMs, performance.now() - began)
    return Object.fromEntries(
      [...Map.groupBy(outcomes, (name) => name)].map(([name, all]) => [name, all.length]),
    )
  }

  await t.test(`${COLD_BUYERS} buyers, while everything is still cold`, async (t) => {
    const sku = await shop.stock(UNITS)
    const outcomes = await rush(() => [{ sku, quantity: 1 }], COLD_BUYERS)
    t.same(outcomes, { CONFIRMED: UNITS, INSUFFICIENT_STOCK: COLD_BUYERS - UNITS })
  })

  await t.test(`${UNITS} single units, in ${ROUNDS} rounds`, async (t) => {
    const began = performance.now()
    for (let round = 0; round < ROUNDS; round++) {
      const sku = await shop.stock(UNITS)
      const outcomes = await rush(() => [{ sku, quantity: 1 }])
      t.same(outcomes, { CONFIRMED: UNITS, INSUFFICIENT_STOCK: BUYERS - UNITS })
      t.same(await stockOf(shop, sku), { on_hand: UNITS, reserved: UNITS, unavailable: 0, available: 0 })
    }
    const seconds = (performance.now() - began) / 1000
    t.comment(
      `${ROUNDS} rounds of ${BUYERS} buyers in ${seconds.toFixed(1)} s, ` +
        `${Math.round((ROUNDS * BUYERS) / seconds)} orders a second, slowest round ${Math.round(seen.slowestMs)} ms, ` +
        `${seen.pending} answers were 202`,
    )
  })

  await t.test('five pairs, when every buyer wants two', async (t) => {
    for (let round = 0; round < PAIR_ROUNDS; round++) {
      const sku = await shop.stock(UNITS)
      const outcomes = await rush(() => [{ sku, quantity: 2 }])
      t.same(outcomes, { CONFIRMED: UNITS / 2, INSUFFICIENT_STOCK: BUYERS - UNITS / 2 })
      t.match(await stockOf(shop, sku), { reserved: UNITS, available: 0 })
    }
  })

  await t.test('three times three, when every buyer wants that many: the tenth unit stays', async (t) => {
    const sku = await shop.stock(UNITS)
    const outcomes = await rush(() => [{ sku, quantity: 3 }])
    t.same(outcomes, { CONFIRMED: 3, INSUFFICIENT_STOCK: BUYERS - 3 })
    t.match(await stockOf(shop, sku), { reserved: 9, available: 1 })
  })

  await t.test('two products in one order, named in either order: both or neither', async (t) => {
    const [a, b] = [await shop.stock(UNITS), await shop.stock(UNITS)]
    const both = [a, b].map((sku) => ({ sku, quantity: 1 }))
    const outcomes = await rush((buyer) => (buyer % 2 ? both : both.toReversed()))
    t.same(outcomes, { CONFIRMED: UNITS, INSUFFICIENT_STOCK: BUYERS - UNITS })
    for (const sku of [a, b]) t.match(await stockOf(shop, sku), { reserved: UNITS, available: 0 })
  })

  await t.test('the books of orders say the same', async (t) => {
    const ordersThat = (status: string) =>
      everyItem<OrderSeen>(shop, 'ops', `/orders?limit=200&status=${status}`)
    const confirmed = await ordersThat('CONFIRMED')
    t.equal(confirmed.length, UNITS + ROUNDS * UNITS + (PAIR_ROUNDS * UNITS) / 2 + 3 + UNITS)
    t.equal((await ordersThat('REJECTED')).length, seen.orders - confirmed.length)
    t.same(await ordersThat('PENDING'), [])
  })
  t.equal(await stop(), 0)
})

/**
 * One buyer's try, by a client that may order for anybody. Gives what became of the order; whoever is told 202
 * looks until it has an outcome. Anything else is an answer nobody should get.
 */
async function buy(shop: Shop, user: string, lines: Lines): Promise<string> {
  const { status, body } = await shop.call('manager', 'POST', '/orders', {
    body: { user_id: user, lines },
    headers: { 'idempotency-key': randomUUID(), prefer: 'wait=10' },
  })
  const order = body as OrderSeen & { type?: string }
  if (status === 201) return order.status
  if (status === 409 && order.type?.endsWith('/problems/insufficient-stock')) return 'INSUFFICIENT_STOCK'
  if (status !== 202) return `${status} ${JSON.stringify(body)}`
  for (let tries = 0; tries < 100; tries++) {
    const later = (await shop.call('manager', 'GET', `/orders/${order.id}`)).body as OrderSeen
    if (later.status !== 'PENDING') return `202 ${later.rejection?.code ?? later.status}`
    await pause(200)
  }
  return `still PENDING: ${order.id}`
}

async function stockOf(shop: Shop, sku: string): Promise<unknown> {
  const { body } = await shop.call('manager', 'GET', `/products?sku=${sku}`)
  return (body as { items: { stock: unknown }[] }).items[0]?.stock
}
