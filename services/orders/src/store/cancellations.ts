import { inTransaction } from '@stockgate/service-kit'
import { sql } from 'kysely'
import type { Order } from '../domain/order.ts'
import type { Actor, Cancellation, Cancelled, Mark } from '../domain/orders.ts'
import type { Change } from '../domain/placement.ts'
import type { Saga } from '../domain/saga.ts'
import { type AnswerOf, storeAnswer } from './answers.ts'
import { beginSaga, type SagaBeginnings, turnIntoRelease } from './begin-saga.ts'
import { mustLock } from './change-order.ts'
import { readOrder } from './read-orders.ts'
import type { Db, Trx } from './tables.ts'
import { writeOrder } from './write-changes.ts'

/**
 * Cancels as `decide` says. Order and cancellation are final with this transaction; that products gives the stock
 * back follows, and is certain because its saga is written along with them.
 */
export function cancelOrder(
  db: Db,
  beginnings: SagaBeginnings,
  answerOf: AnswerOf,
  id: string,
  reason: string,
  mark: Mark,
  decide: (order: Order, cancelledBefore: boolean) => Change | undefined,
): Promise<Cancelled> {
  return inTransaction(db, async (trx) => {
    const before = await mustLock(trx, id)
    const known = await readCancellation(trx, id)
    const change = decide(before, known !== undefined)
    if (!change) return { order: before, cancellation: known as Cancellation, first: false, saga: undefined }
    const order = await writeOrder(trx, before, change.order, change.events, mark)
    const cancellation = await writeCancellation(trx, id, reason, mark.actor)
    const saga = await giveBack(trx, beginnings, before, mark)
    if (before.status === 'PENDING') await storeAnswer(trx, order, answerOf)
    return { order, cancellation, first: known === undefined, saga }
  })
}

/** A pending order may hold stock or be about to: its placement turns round. A confirmed one gives back its part. */
function giveBack(trx: Trx, beginnings: SagaBeginnings, before: Order, { traceId }: Mark): Promise<Saga> {
  if (before.status === 'PENDING') return turnIntoRelease(trx, beginnings, before.id)
  return beginSaga(trx, beginnings, { kind: 'RELEASE', step: 'RELEASE', orderId: before.id, traceId })
}

async function writeCancellation(
  trx: Trx,
  orderId: string,
  reason: string,
  actor: Actor,
): Promise<Cancellation> {
  const row = await trx
    .insertInto('cancellations')
    .values({ order_id: orderId, reason, actor_sub: actor.sub, actor_client_id: actor.clientId })
    .onConflict((conflict) =>
      conflict.column('order_id').doUpdateSet({
        reason,
        actor_sub: actor.sub,
        actor_client_id: actor.clientId,
        updated_at: sql<Date>`clock_timestamp()`,
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  return cancellationOf(row)
}

async function readCancellation(db: Db, orderId: string): Promise<Cancellation | undefined> {
  const row = await db
    .selectFrom('cancellations')
    .selectAll()
    .where('order_id', '=', orderId)
    .executeTakeFirst()
  return row && cancellationOf(row)
}

/** The cancellation of an order together with the order, or undefined where there is none. */
export async function findCancellation(
  db: Db,
  orderId: string,
): Promise<{ order: Order; cancellation: Cancellation } | undefined> {
  const [order, cancellation] = await Promise.all([readOrder(db, orderId), readCancellation(db, orderId)])
  return order && cancellation && { order, cancellation }
}

function cancellationOf(row: {
  reason: string
  actor_sub: string
  actor_client_id: string
  created_at: Date
  updated_at: Date
}): Cancellation {
  return {
    reason: row.reason,
    actor: { sub: row.actor_sub, clientId: row.actor_client_id },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
