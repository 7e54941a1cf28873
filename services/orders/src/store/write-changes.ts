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

/** Writes what a decision made of an order, its row, the lines that changed and its events, all in one statement. */
export async function writeOrder(
  trx: Trx,
  before: Order,
  after: Order,
  events: readonly OrderEvent[],
  cause: Cause,
): Promise<Order> {
  const lines = after.lines.filter((line, i) => line !== before.lines[i])
  const column = (pick: (line: Line) => number) => sql`${lines.map(pick)}::bigint[]`
  const { rows } = await sql<{ version: number; updated_at: Date }>`
    with changed as (
      update orders set
        status = ${after.status}, note = ${after.note},
        rejection = ${after.rejection && JSON.stringify(after.rejection)}::jsonb,
        version = version + 1, updated_at = clock_timestamp()
      where id = ${before.id}
      returning version, updated_at
    ), moved as (
      update order_lines set
        product_id = line.product_id, pending = line.pending, reserved = line.reserved,
        backordered = line.backordered, fulfilled = line.fulfilled, cancelled = line.cancelled,
        packed = line.packed
      from unnest(
        ${column((line) => line.no)}, ${lines.map((line) => line.productId)}::text[],
        ${column((line) => line.pending)}, ${column((line) => line.reserved)},
        ${column((line) => line.backordered)}, ${column((line) => line.fulfilled)},
        ${column((line) => line.cancelled)}, ${column((line) => line.packed)}
      ) as line (no, product_id, pending, reserved, backordered, fulfilled, cancelled, packed)
      where order_lines.order_id = ${before.id} and order_lines.line_no = line.no
    ), told as (${insertEvents(before.id, events, cause)})
    select version, updated_at from changed`.execute(trx)
  const { version, updated_at } = rows[0] as (typeof rows)[number]
  return { ...after, version, updatedAt: updated_at }
}

/** The statement that adds to the timeline of an order, for use inside a larger one. */
export function insertEvents(orderId: string, events: readonly OrderEvent[], { actor, traceId }: Cause) {
  return sql`
    insert into order_events (order_id, type, data, actor_sub, actor_client_id, trace_id)
    select ${orderId}, type, data::jsonb, ${actor?.sub ?? null}, ${actor?.clientId ?? null}, ${traceId}
    from unnest(
      ${events.map(({ type }) => type)}::text[], ${events.map(({ data = {} }) => JSON.stringify(data))}::text[]
    ) with ordinality as event (type, data, nth)
    order by nth`
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
