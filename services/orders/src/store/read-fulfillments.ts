import type { Fulfillment } from '../domain/fulfillment.ts'
import type { Db, FulfillmentRow } from './tables.ts'

/** One fulfillment of an order, or undefined. */
export async function readFulfillment(db: Db, orderId: string, id: string): Promise<Fulfillment | undefined> {
  const row = await db
    .selectFrom('fulfillments')
    .selectAll()
    .where('id', '=', id)
    .where('order_id', '=', orderId)
    .executeTakeFirst()
  return row && (await withParcelLines(db, [row]))[0]
}

/** The fulfillments of an order from the oldest on, one more than `limit` when there are more. */
export async function listFulfillments(
  db: Db,
  orderId: string,
  after: string | undefined,
  limit: number,
): Promise<Fulfillment[]> {
  let query = db.selectFrom('fulfillments').selectAll().where('order_id', '=', orderId)
  if (after !== undefined) query = query.where('id', '>', after)
  return withParcelLines(
    db,
    await query
      .orderBy('id')
      .limit(limit + 1)
      .execute(),
  )
}

async function withParcelLines(db: Db, rows: readonly FulfillmentRow[]): Promise<Fulfillment[]> {
  if (rows.length === 0) return []
  const lines = await db
    .selectFrom('fulfillment_lines')
    .select(['fulfillment_id', 'line_no', 'quantity'])
    .where(
      'fulfillment_id',
      'in',
      rows.map((row) => row.id),
    )
    .orderBy('line_no')
    .execute()
  const linesOf = Map.groupBy(lines, (line) => line.fulfillment_id)
  return rows.map((row) => ({
    id: row.id,
    orderId: row.order_id,
    status: row.status,
    shipping: row.shipping,
    carrier: row.carrier,
    tracking: row.tracking,
    refusal: row.refusal,
    cancelReason: row.cancel_reason,
    lines: (linesOf.get(row.id) ?? []).map(({ line_no, quantity }) => ({ no: line_no, quantity })),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    shippedAt: row.shipped_at,
    cancelledAt: row.cancelled_at,
  }))
}
