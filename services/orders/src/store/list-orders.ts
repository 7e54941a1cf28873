import type { Order } from '../domain/order.ts'
import type { OrderFilter, Window } from '../domain/orders.ts'
import { orderOf, selectOrders } from './read-orders.ts'
import type { Db } from './tables.ts'

/** Lines a page shows at most, its first order aside: orders may have a thousand each. */
const LINES_PER_PAGE = 10_000

/** Orders by the time of their making, which their ids carry; one more than the page when there are more. */
export async function listOrders(
  db: Db,
  filter: OrderFilter,
  { newestFirst, after, limit }: Window,
): Promise<{ orders: Order[]; limit: number }> {
  let ids = db.selectFrom('orders').select(['id', 'line_count'])
  if (filter.userId !== undefined) ids = ids.where('user_id', '=', filter.userId)
  if (filter.externalId !== undefined) ids = ids.where('external_id', '=', filter.externalId)
  if (filter.status !== undefined) ids = ids.where('status', '=', filter.status)
  if (after !== undefined) ids = ids.where('id', newestFirst ? '<' : '>', after)
  const found = await ids
    .orderBy('id', newestFirst ? 'desc' : 'asc')
    .limit(limit + 1)
    .execute()
  if (found.length === 0) return { orders: [], limit }

  const page = fitting(found, limit)
  const rows = await selectOrders(db)
    .where(
      'id',
      'in',
      found.slice(0, page + 1).map((row) => row.id),
    )
    .orderBy('id', newestFirst ? 'desc' : 'asc')
    .execute()
  return { orders: rows.map(orderOf), limit: page }
}

/** How many of the orders make up a page that stays readable. */
function fitting(found: readonly { line_count: number }[], limit: number): number {
  let lines = 0
  for (const [i, { line_count }] of found.entries()) {
    lines += line_count
    if (i > 0 && lines > LINES_PER_PAGE) return i
  }
  return limit
}
