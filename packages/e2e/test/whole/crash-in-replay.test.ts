import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readAccessLog } from '../../src/running/access-log.ts'
import { everyItem } from '../../src/running/collection.ts'
import { type CommandEnd, stockgate } from '../../src/running/command.ts'
import { inFlightAt, type Kill, killInTheMiddle } from '../../src/running/kill.ts'
import { type RunningStack, startStack } from '../../src/running/stack.ts'
import { until } from '../../src/running/until.ts'

const DOCUMENTS = 150
/** Little enough that many orders are short, so that there is something to oversell. */
const OPENING_STOCK = 100
const RERUNS = 3

/** Who is killed when so many calls of a route have been answered. */
const PLAN: readonly (readonly [name: string, method: string, route: string, answered: number])[] = [
  ['orders', 'POST', '/orders', 20],
  ['products', 'POST', '/orders', 45],
  ['orders', 'POST', '/orders', 70],
  ['products', 'POST', '/orders', 95],
  ['orders', 'PUT', '/orders/{order_id}/fulfillments/{fulfillment_id}/shipment', 5],
  ['products', 'PUT', '/orders/{order_id}/fulfillments/{fulfillment_id}/shipment', 15],
]

/** What the report of a replay says, as far as this reads it. */
interface Report {
  readonly end: string
  readonly ok: boolean
  readonly invoices: number
  readonly orders: {
    readonly created: number
    readonly replayed: number
    readonly by_status: Readonly<Record<string, number>>
  }
  readonly cancellations: { readonly changed: number }
  readonly returns: { readonly recorded: number }
  readonly shipped: { readonly orders: number }
  readonly checks: readonly { readonly name: string; readonly left: number; readonly ok: boolean }[]
}

const folder = process.env.STOCKGATE_DATA_SAMPLES
const file = join(folder ?? '', 'online-retail.csv')
const skip =
  folder === undefined
    ? 'STOCKGATE_DATA_SAMPLES names no folder with online-retail.csv'
    : !existsSync(file) && `${file} is not there`
if (skip) t.comment(`the real file is not replayed: ${skip}`)

t.setTimeout(600_000)

t.test('a replay of the real file survives every kill -9 of orders and of products', { skip }, async (t) => {
  const stack = await startStack(t)
  const json = join(stack.home, 'replay.json')
  const options = ['--limit', String(DOCUMENTS), '--json', json, '--report', join(stack.home, 'skipped.csv')]
  const replay = async () => {
    const end = await stockgate(stack, 'replay', file, ...options)
    const report = existsSync(json) ? (JSON.parse(readFileSync(json, 'utf8')) as Report) : undefined
    return { ...end, report }
  }
  const imported = await stockgate(stack, 'import', file, '--opening-stock', String(OPENING_STOCK))
  t.equal(imported.code, 0, spoken(imported))

  let runs = 1
  let running = replay()
  const ended = () => running.then((end) => ({ end }))
  const kills: Kill[] = []
  for (const [name, method, route, answered] of PLAN) {
    const time = until(
      `${answered} × ${method} ${route}`,
      () => (answeredCalls(stack, method, route) >= answered ? true : undefined),
      180_000,
    )
    time.catch(() => {})
    const first = await Promise.race([time, ended()])
    t.equal(first, true, `${name} is killed while the replay runs`)
    kills.push(await killInTheMiddle(stack, name))
  }
  let last = await running
  t.comment(`after ${kills.length} kills the replay ended with ${last.code}`)
  for (; last.code !== 0 && runs <= RERUNS; runs++) {
    running = replay()
    last = await running
  }
  t.equal(last.code, 0, spoken(last))

  for (const kill of kills) {
    const caught = inFlightAt(stack, kill)
    t.not(kill.successor, kill.pid, `${kill.name} is another process`)
    t.ok(caught > 0, `the kill of ${kill.name} caught ${caught} calls under way`)
  }

  const { report } = last
  t.match(report, { end: 'complete', ok: true })
  for (const { name, ok } of report?.checks ?? []) t.ok(ok, name)
  const { CLOSED = 0, REJECTED = 0, CONFIRMED = 0 } = report?.orders.by_status ?? {}
  t.ok(CLOSED + CONFIRMED > 0 && REJECTED > 0, 'some orders were sold, some were short')

  await t.test('no order is there twice, and nothing is oversold', async (t) => {
    const orders = await everyItem<{ external_id: string; status: string }>(
      stack.shop,
      'ops',
      '/orders?limit=200',
    )
    t.equal(orders.length, report?.invoices)
    t.equal(new Set(orders.map(({ external_id }) => external_id)).size, orders.length)
    t.same(
      orders.filter(({ status }) => status === 'PENDING'),
      [],
    )
    const levels = await everyItem<{ on_hand: number; reserved: number; available: number }>(
      stack.shop,
      'ops',
      '/stock-levels?limit=200',
    )
    t.ok(levels.length > 2000)
    t.same(
      levels.filter(({ on_hand, reserved, available }) => on_hand < 0 || reserved < 0 || available < 0),
      [],
    )
  })

  await t.test('a further run changes nothing', async (t) => {
    const again = await replay()
    t.equal(again.code, 0, spoken(again))
    t.match(again.report, {
      ok: true,
      orders: { created: 0, replayed: report?.invoices, by_status: report?.orders.by_status },
      cancellations: { changed: 0 },
      returns: { recorded: 0 },
      shipped: { orders: 0 },
    })
    t.same(again.report?.checks, report?.checks)
  })

  t.comment(
    `${report?.invoices} invoices, ${JSON.stringify(report?.orders.by_status)}, ${runs} runs, calls caught by the ` +
      `kills: ${kills.map((kill) => `${kill.name} ${inFlightAt(stack, kill)}`).join(', ')}`,
  )
  t.equal(await stack.stop(), 0)
})

function answeredCalls({ home }: RunningStack, method: string, route: string): number {
  return readAccessLog(home).filter(
    (line) => line.method === method && line.route === route && line.status < 500,
  ).length
}

/** What a command said, where that is worth reading. */
function spoken({ code, output }: CommandEnd): string {
  return code === 0 ? 'the command ends with 0' : output
}
