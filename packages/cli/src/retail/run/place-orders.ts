import { type Answer, problemOf } from '../../client/api-client.ts'
import { describe } from '../../client/api-error.ts'
import { inFlight } from '../../client/in-flight.ts'
import type { SalesInvoice } from '../plan/documents.ts'
import type { ReplayRun } from './replay-run.ts'

/** How the posts went. */
export interface Placed {
  /** Orders that this run made. */
  created: number
  /** Invoices that had their order already: the answer was a replay of the first one. */
  replayed: number
  /** Invoices whose order is so old that its key is forgotten; they were not posted again. */
  old: number
  /** Orders that were still PENDING when the answer came. */
  readonly pending: string[]
  /** Invoices the API would not take, and why. */
  readonly refused: { readonly invoice: string; readonly why: string }[]
}

/** The figures before the first post. */
export function nothingPlaced(): Placed {
  return { created: 0, replayed: 0, old: 0, pending: [], refused: [] }
}

/**
 * Posts every invoice as an order, several at a time. The Idempotency-Key comes from the invoice number, so an
 * invoice has one order however often this runs. `placed` is filled as answers come, so it tells the truth even
 * when this is cut short.
 */
export async function placeOrders(
  run: ReplayRun,
  invoices: Iterable<SalesInvoice>,
  placed: Placed,
): Promise<void> {
  await inFlight(invoices, run, async (invoice) => {
    const answer = await run.client.send({
      method: 'POST',
      path: '/orders',
      idempotencyKey: `invoice-${invoice.number}`,
      headers: { prefer: 'wait=10' },
      body: orderOf(invoice),
    })
    note(placed, invoice, answer)
    run.onProgress()
  })
}

function note(placed: Placed, invoice: SalesInvoice, answer: Answer): void {
  const { status, headers, body } = answer
  if (status !== 201 && status !== 202 && !isRejectedOrder(answer) && !isTaken(answer)) {
    placed.refused.push({ invoice: invoice.number, why: describe(answer) })
    return
  }
  if (headers['idempotent-replayed'] === 'true' || isTaken(answer)) placed.replayed++
  else placed.created++
  if (status === 202) placed.pending.push((body as { id: string }).id)
}

/** A rejected order is kept, and the problem names it; what was refused outright made no order. */
function isRejectedOrder({ status, body }: Answer): boolean {
  const { instance } = (body ?? {}) as { instance?: unknown }
  return status >= 400 && status < 500 && typeof instance === 'string' && instance.startsWith('/orders/ord_')
}

/** An order of ours has this external id already, made under a key that nobody remembers. */
function isTaken({ body }: Answer): boolean {
  return problemOf(body) === 'duplicate-external-id'
}

function orderOf({ number, customer, lines }: SalesInvoice): unknown {
  return {
    external_id: number,
    ...(customer !== '' && { note: `Customer ${customer}` }),
    lines: Array.from(lines.values(), ({ sku, quantity, priceMinor }) => ({
      sku,
      quantity,
      unit_price: { amount_minor: priceMinor, currency: 'GBP' },
    })),
  }
}
