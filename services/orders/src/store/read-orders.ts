import { sql } from 'kysely'
import type { Line, Order } from '../domain/order.ts'
import type { Db, LineRow, OrderRow, Trx } from './tables.ts'

/**
 * Orders with their lines, read in one statement: an order and its lines are always of the same moment.
 * Further conditions and the order of rows are the caller's.
 */
export function selectOrders(db: Db) {
  return db
    .selectFrom('orders')
    .selectAll('orders')
    .select(
      sql<LineRow[]>`(
        select json_agg(line order by line.line_no) from order_lines line where line.order_id = orders.id
      )`.as('lines'),
    )
}

/** One order, or undefined. */
export async function readOrder(db: Db, id: string): Promise<Order | undefined> {
  const row = await selectOrders(db).where('id', '=', id).executeTakeFirst()
  return row && orderOf(row)
}

/** Takes the lock of an order: whoever changes an order or what belongs to it holds this first. */
export async function lockOrder(trx: Trx, id: string): Promise<void> {
  // What is to be changed is read after this: read with it, the lines could be those of before the wait.
  await trx.selectFrom('orders').select('id').where('id', '=', id).forUpdate().executeTakeFirst()
}

export function orderOf(row: OrderRow & { lines: readonly LineRow[] }): Order {
  return {
    id: row.id,
    userId: row.user_id,
    clientId: row.client_id,
    externalId: row.external_id,
    status: row.status,
    backorderPolicy: row.backorder_policy,
    note: row.note,
    reservationId: row.reservation_id,
    rejection: row.rejection,
    lines: row.lines.map(lineOf),
    call: { owner: row.key_owner, key: row.key },
    traceId: row.trace_id,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function lineOf(row: LineRow): Line {
  const { price_minor, price_currency } = row
  const unitPrice =
    price_minor === null || price_currency === null ? null : { minor: price_minor, currency: price_currency }
  return {
    no: row.line_no,
    sku: row.sku,
    productId: row.product_id,
    unitPrice,
    ordered: row.ordered,
    pending: row.pending,
    reserved: row.reserved,
    backordered: row.backordered,
    fulfilled: row.fulfilled,
    cancelled: row.cancelled,
    returned: row.returned,
    packed: row.packed,
  }
}
