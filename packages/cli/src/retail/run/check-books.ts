import type { Documents } from '../plan/documents.ts'
import type { CancellationPlan } from '../plan/match-cancellations.ts'
import { unitsBySku } from '../plan/quantities.ts'
import type { ShowProgress } from '../progress.ts'
import type { Check } from '../reconcile/check.ts'
import { OrderTally } from '../reconcile/order-tally.ts'
import { readBooks } from '../reconcile/read-books.ts'
import { type LineCounts, reconcile } from '../reconcile/reconcile.ts'
import type { Cancelled } from './cancel-orders.ts'
import type { OwnOrders } from './own-orders.ts'
import type { ReplayRun } from './replay-run.ts'
import type { ReturnLine } from './return-goods.ts'

/** What a replay meant to do and what came of it, to be held against the books of the services. */
export interface Done {
  readonly run: Omit<ReplayRun, 'onProgress'>
  readonly documents: Documents
  readonly plan: CancellationPlan
  readonly cancelled: Cancelled
  readonly back: readonly ReturnLine[]
  readonly progress: ShowProgress
  /** How long books that do not agree are read again. */
  readonly settleMs: number
}

const AGAIN_AFTER_MS = 3_000

/**
 * Checks that every sum holds. Books that do not agree are read again for a while: after a crash a service may still
 * be giving back what was cancelled, and others may be buying and shipping between two pages.
 */
export async function checkBooks(done: Done, readOwn: () => Promise<OwnOrders>): Promise<Check[]> {
  const started = performance.now()
  for (;;) {
    const checks = await checkOnce(done, await readOwn())
    const over = performance.now() - started >= done.settleMs
    if (over || checks.every(({ ok }) => ok)) return checks
    await done.run.stop.wait(AGAIN_AFTER_MS)
  }
}

async function checkOnce(done: Done, own: OwnOrders): Promise<Check[]> {
  const { run, documents, plan, cancelled, back, progress } = done
  const ours = new OrderTally()
  const ids = new Set<string>()
  for (const order of own.byInvoice.values()) {
    ours.add(order)
    ids.add(order.id)
  }
  const invoicesBack = new Set(documents.cancellations.map(({ invoice }) => invoice))
  const shown = progress('books', undefined)
  const books = await readBooks(
    run.clerk,
    {
      skuOf: (id) => run.catalogue.skuOf.get(id) ?? id,
      isOrder: (id) => ids.has(id),
      isCancellation: (invoice) => invoicesBack.has(invoice),
    },
    () => shown.tick(),
  ).finally(() => shown.done())
  return reconcile({
    ...books,
    ours,
    lines: countLines(documents, plan, cancelled, back),
    invoices: documents.invoices.size,
    doubled: own.doubled,
    returns: unitsBySku(back),
    orderedByFile: unitsBySku(acceptedLines(documents, own)),
  })
}

/** Where every line of the file went. */
export function countLines(
  documents: Documents,
  plan: CancellationPlan,
  cancelled: Cancelled,
  back: readonly ReturnLine[],
): LineCounts {
  let ordered = 0
  for (const { lines } of documents.invoices.values())
    for (const { fileLines } of lines.values()) ordered += fileLines
  return {
    read: documents.linesRead,
    ordered,
    cancelled: cancelled.lines,
    returned: back.length,
    skipped: documents.skipped.length + plan.needless.length,
    beyondLimit: documents.linesBeyondLimit,
  }
}

function* acceptedLines({ invoices }: Documents, { byInvoice }: OwnOrders) {
  for (const { number, lines } of invoices.values())
    if (byInvoice.get(number)?.status !== 'REJECTED') yield* lines.values()
}
