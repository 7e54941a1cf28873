import type { TimelineEntry } from '../domain/orders.ts'
import type { Db } from './tables.ts'

/** What happened to an order from the beginning on; the steps of its sagas only when asked for. */
export async function readTimeline(
  db: Db,
  orderId: string,
  options: { sagas: boolean; after: number | undefined; limit: number },
): Promise<TimelineEntry[]> {
  let query = db.selectFrom('order_events').selectAll().where('order_id', '=', orderId)
  if (!options.sagas) query = query.where('type', 'not like', 'saga.%')
  if (options.after !== undefined) query = query.where('event_no', '>', options.after)
  const rows = await query
    .orderBy('event_no')
    .limit(options.limit + 1)
    .execute()
  return rows.map((row) => ({
    no: row.event_no,
    type: row.type,
    data: row.data,
    actor:
      row.actor_sub === null || row.actor_client_id === null
        ? null
        : { sub: row.actor_sub, clientId: row.actor_client_id },
    traceId: row.trace_id,
    occurredAt: row.occurred_at,
  }))
}
