import { sql } from 'kysely'
import type { Fulfillment } from '../domain/fulfillment.ts'
import type { Line, Order, OrderEvent } from '../domain/order.ts'
import type { Actor } from '../domain/orders.ts'
import type { Trx } from './tables.ts'

/** Whose doing it is: null where the service acts by itself. */
export interface Cause {
  readonly actor: Actor | null
  readonly traceId: string
}

/** Writes what a decision made of an order: its row, the lines that changed in one statement, and its events. */
export async function writeOrder(
  trx: Trx,
  before: Order,
  after: Order,
  events: readonly OrderEvent[],
  cause: Cause,
): Promise<Order> {
  const { version, updated_at } = await trx
    .updateTable('orders')
    .set({
      status: after.status,
      note: after.note,
      rejection: after.rejection && (JSON.stringify(after.rejection) as never),
      version: before.version + 1,
      updated_at: sql<Date>`clock_timestamp()`,
    })
    .where('id', '=', before.id)
    .returning(['version', 'updated_at'])
    .executeTakeFirstOrThrow()
  await writeLines(
    trx,
    before.id,
    after.lines.filter((line, i) => line !== before.lines[i]),
  )
  await writeEvents(trx, before.id, events, cause)
  return { ...after, version, updatedAt: updated_at }
}

async function writeLines(trx: Trx, orderId: string, lines: readonly Line[]): Promise<void> {
  if (lines.length === 0) return
  const column = (pick: (line: Line) => number) => sql`${lines.map(pick)}::bigint[]`
  await sql`
    update order_lines set
      product_id = changed.product_id, pending = changed.pending, reserved = changed.reserved,
      backordered = changed.backordered, fulfilled = changed.fulfilled, cancelled = changed.cancelled,
      packed = changed.packed
    from unnest(
      ${column((line) => line.no)}, ${lines.map((line) => line.productId)}::text[],
      ${column((line) => line.pending)}, ${column((line) => line.reserved)},
      ${column((line) => line.backordered)}, ${column((line) => line.fulfilled)},
      ${column((line) => line.cancelled)}, ${column((line) => line.packed)}
    ) as changed (line_no, product_id, pending, reserved, backordered, fulfilled, cancelled, packed)
    where order_lines.order_id = ${orderId} and order_lines.line_no = changed.line_no`.execute(trx)
}

/** Adds to the timeline of an order. */
export async function writeEvents(
  trx: Trx,
  orderId: string,
  events: readonly OrderEvent[],
  { actor, traceId }: Cause,
): Promise<void> {
  if (events.length === 0) return
  await trx
    .insertInto('order_events')
    .values(
      events.map(({ type, data = {} }) => ({
        order_id: orderId,
        type,
        data: JSON.stringify(data) as never,
        actor_sub: actor?.sub ?? null,
        actor_client_id: actor?.clientId ?? null,
        trace_id: traceId,
      })),
    )
    .execute()
}

/** Writes what became of a fulfillment. */
export async function writeFulfillment(trx: Trx, after: Fulfillment): Promise<Fulfillment> {
  const { version, updated_at } = await trx
    .updateTable('fulfillments')
    .set({
      status: after.status,
      shipping: after.shipping,
      carrier: after.carrier,
      tracking: after.tracking,
      refusal: after.refusal && (JSON.stringify(after.refusal) as never),
      cancel_reason: after.cancelReason,
      shipped_at: after.shippedAt,
      cancelled_at: after.cancelledAt,
      version: after.version + 1,
      updated_at: sql<Date>`clock_timestamp()`,
    })
    .where('id', '=', after.id)
    .returning(['version', 'updated_at'])
    .executeTakeFirstOrThrow()
  return { ...after, version, updatedAt: updated_at }
}
