import type { ApiClient } from '../../client/api-client.ts'
import { itemsOf } from '../../client/pages.ts'
import type { Order } from '../order.ts'

/** The orders of these invoices as the client itself sees them. */
export interface OwnOrders {
  readonly byInvoice: ReadonlyMap<string, Order>
  /** Invoices with more than one order; there must be none. */
  readonly doubled: readonly string[]
}

/** Reads the client's own list of orders and keeps those that stand for one of the invoices. */
export async function readOwnOrders(
  client: ApiClient,
  isInvoice: (externalId: string) => boolean,
): Promise<OwnOrders> {
  const byInvoice = new Map<string, Order>()
  const doubled = new Set<string>()
  for await (const order of itemsOf<Order>(client, '/users/me/orders?limit=200')) {
    const invoice = order.external_id
    if (invoice === null || !isInvoice(invoice)) continue
    if (byInvoice.has(invoice)) doubled.add(invoice)
    byInvoice.set(invoice, order)
  }
  return { byInvoice, doubled: [...doubled] }
}
