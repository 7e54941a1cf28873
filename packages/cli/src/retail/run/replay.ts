import { StoppedError } from '../../client/stop-switch.ts'
import type { Order } from '../order.ts'
import type { Documents } from '../plan/documents.ts'
import { type CancellationPlan, matchCancellations } from '../plan/match-cancellations.ts'
import type { ShowProgress } from '../progress.ts'
import type { Check } from '../reconcile/check.ts'
import { type Cancelled, cancelOrders } from './cancel-orders.ts'
import { checkBooks } from './check-books.ts'
import { isKeyForgotten } from './key-memory.ts'
import { type OwnOrders, readOwnOrders } from './own-orders.ts'
import { nothingPlaced, type Placed, placeOrders } from './place-orders.ts'
import type { ReplayRun } from './replay-run.ts'
import { type Returned, type ReturnLine, returnGoods } from './return-goods.ts'
import { settleOrders } from './settle-orders.ts'
import { type Shipped, shipOrders } from './ship-orders.ts'

/** What a replay did; stages it did not come to are missing. */
export interface ReplayResult {
  /**
   * `stopped`: by Ctrl-C. `failed`: `failure` says why. `unsettled`: some invoice has no final order yet, so
   * nothing was cancelled or shipped.
   */
  end: 'complete' | 'stopped' | 'failed' | 'unsettled'
  failure?: string
  readonly placed: Placed
  orderSeconds: number
  /** Invoices that have no order with a final outcome. */
  unsettled: readonly string[]
  own?: OwnOrders
  plan?: CancellationPlan
  cancelled?: Cancelled
  returned?: Returned
  shipped?: Shipped
  checks?: readonly Check[]
}

export interface ReplayOptions {
  readonly run: Omit<ReplayRun, 'onProgress'>
  readonly documents: Documents
  readonly locationId: string
  readonly ship: boolean
  /** How long books that do not agree yet are read again: a service may still be catching up. */
  readonly settleMs: number
  readonly progress: ShowProgress
}

/**
 * Orders, then cancellations and returns, then shipments, then the books. Each stage begins only when the one
 * before is finished for every invoice: what a run decides then follows from the file and from final outcomes
 * alone, and a run that was cut short is completed by the next one. Never rejects: the result tells how it ended.
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const result: ReplayResult = { end: 'complete', placed: nothingPlaced(), orderSeconds: 0, unsettled: [] }
  try {
    await order(options, result)
    if (result.unsettled.length > 0) result.end = 'unsettled'
    else await takeBackAndShip(options, result)
  } catch (error) {
    if (error instanceof StoppedError) result.end = 'stopped'
    else
      Object.assign(result, {
        end: 'failed',
        failure: error instanceof Error ? error.message : String(error),
      })
  }
  return result
}

/** Places every order and waits until each has its outcome. */
async function order(options: ReplayOptions, result: ReplayResult): Promise<void> {
  const { invoices } = options.documents
  const { placed } = result
  const { byInvoice } = await readOwnOrders(options.run.client, (id) => invoices.has(id))
  const wanted = [...invoices.values()].filter(({ number }) => !isOld(byInvoice.get(number)))
  placed.old = invoices.size - wanted.length
  const started = performance.now()
  const placing = stage(options, 'orders', wanted.length, (run) => placeOrders(run, wanted, placed))
  await placing.finally(() => {
    result.orderSeconds = (performance.now() - started) / 1000
  })
  await stage(options, 'settling', placed.pending.length, (run) => settleOrders(run, placed.pending))
  const own = await ownOrders(options, result)
  result.unsettled = [...invoices.keys()].filter((invoice) => {
    const status = own.byInvoice.get(invoice)?.status
    return status === undefined || status === 'PENDING'
  })
}

function isOld(order: Order | undefined): boolean {
  return order !== undefined && isKeyForgotten(order.created_at, Date.now())
}

/** Everything that comes after the orders: the plan looks at their outcomes and at the file, at nothing else. */
async function takeBackAndShip(options: ReplayOptions, result: ReplayResult): Promise<void> {
  const { run, documents, locationId, progress } = options
  const own = result.own ?? (await ownOrders(options, result))
  const plan = matchCancellations(documents.cancellations, documents.invoices.values(), (invoice) =>
    own.byInvoice.get(invoice)?.status === 'REJECTED' ? 'rejected' : 'accepted',
  )
  result.plan = plan
  const cancelled = await stage(options, 'cancelling', count(plan.allocations, 'order'), (on) =>
    cancelOrders(on, plan.allocations, own.byInvoice),
  )
  result.cancelled = cancelled
  const back: ReturnLine[] = [...plan.returns, ...cancelled.late]
  result.returned = await stage(options, 'returns', count(back, 'invoice', 'order'), (on) =>
    returnGoods(on, back, locationId),
  )
  if (options.ship) {
    const { byInvoice } = await ownOrders(options, result)
    const open = byInvoice.values().filter(({ lines }) => lines.some(({ reserved }) => reserved > 0))
    result.shipped = await stage(options, 'shipping', [...open].length, (on) => shipOrders(on, byInvoice))
  }
  const done = { run, documents, plan, cancelled, back, progress, settleMs: options.settleMs }
  result.checks = await checkBooks(done, () => ownOrders(options, result))
}

/** Runs one stage with its progress shown; rejects with a StoppedError when it was cut short. */
async function stage<T>(
  { run, progress }: ReplayOptions,
  label: string,
  total: number,
  work: (run: ReplayRun) => Promise<T>,
): Promise<T> {
  const shown = progress(label, total)
  const done = await work({ ...run, onProgress: () => shown.tick() }).finally(shown.done)
  if (run.stop.stopped) throw new StoppedError(`stopped at ${label}`)
  return done
}

async function ownOrders({ run, documents }: ReplayOptions, result: ReplayResult): Promise<OwnOrders> {
  result.own = await readOwnOrders(run.client, (id) => documents.invoices.has(id))
  return result.own
}

/** How many different combinations of these properties there are. */
function count<Item extends object>(items: readonly Item[], ...names: (keyof Item)[]): number {
  return new Set(items.map((item) => names.map((name) => item[name]).join(' '))).size
}
