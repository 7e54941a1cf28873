import { ProblemError, problems } from '@stockgate/problem'
import {
  type IdempotentCall,
  inTransaction,
  newId,
  once,
  type StoredAnswer,
  type TextAnswer,
} from '@stockgate/service-kit'
import { sql } from 'kysely'
import type { Fulfillment, FulfillmentChange } from '../domain/fulfillment.ts'
import type { Changed } from '../domain/fulfillments.ts'
import type { Order } from '../domain/order.ts'
import type { Mark } from '../domain/orders.ts'
import type { Change } from '../domain/placement.ts'
import type { Saga } from '../domain/saga.ts'
import { beginSaga, type SagaBeginnings } from './begin-saga.ts'
import { mustLock } from './change-order.ts'
import { readFulfillment } from './read-fulfillments.ts'
import type { Db, Trx } from './tables.ts'
import { writeFulfillment, writeOrder } from './write-changes.ts'

/** Packs goods once per key, in the transaction that keeps the answer. */
export function createFulfillment(
  db: Db,
  call: IdempotentCall,
  orderId: string,
  mark: Mark,
  decide: (order: Order) => Change & { packed: Fulfillment['lines'] },
  answerOf: (fulfillment: Fulfillment) => StoredAnswer,
): Promise<TextAnswer> {
  return once(db, call, async (trx) => {
    const before = await mustLock(trx, orderId)
    const { packed, order, events } = decide(before)
    const id = newId('ful')
    const told = events.map(({ type }) => ({ type, data: { fulfillment_id: id } }))
    await writeOrder(trx, before, order, told, mark)
    await trx
      .insertInto('fulfillments')
      .values({
        id,
        order_id: orderId,
        status: 'PENDING',
        shipping: false,
        carrier: null,
        tracking: null,
        refusal: null,
        cancel_reason: null,
        actor_sub: mark.actor.sub,
        actor_client_id: mark.actor.clientId,
        version: 1,
        shipped_at: null,
        cancelled_at: null,
      })
      .execute()
    await sql`
      insert into fulfillment_lines (fulfillment_id, order_id, line_no, quantity)
      select ${id}, ${orderId}, line_no, quantity
      from unnest(
        ${packed.map((line) => line.no)}::integer[], ${packed.map((line) => line.quantity)}::bigint[]
      ) as line (line_no, quantity)`.execute(trx)
    return answerOf((await readFulfillment(trx, orderId, id)) as Fulfillment)
  })
}

type Decide = (order: Order, fulfillment: Fulfillment) => FulfillmentChange | undefined

/** Asks for a shipment; its saga tells products. Without a new saga one may be under way already. */
export function shipFulfillment(
  db: Db,
  beginnings: SagaBeginnings,
  orderId: string,
  id: string,
  mark: Mark,
  decide: Decide,
): Promise<Changed & { saga: Saga | undefined }> {
  return inTransaction(db, async (trx) => {
    const done = await change(trx, orderId, id, mark, decide)
    const { traceId } = mark
    const work = { kind: 'SHIPMENT', step: 'CONSUME', orderId, fulfillmentId: id, traceId } as const
    return { ...done, saga: done.changed ? await beginSaga(trx, beginnings, work) : undefined }
  })
}

/** Changes a fulfillment with its order as `decide` says. */
export function changeFulfillment(
  db: Db,
  orderId: string,
  id: string,
  mark: Mark,
  decide: Decide,
): Promise<Changed> {
  return inTransaction(db, (trx) => change(trx, orderId, id, mark, decide))
}

async function change(trx: Trx, orderId: string, id: string, mark: Mark, decide: Decide): Promise<Changed> {
  const before = await mustLock(trx, orderId)
  const fulfillment = await readFulfillment(trx, orderId, id)
  if (!fulfillment) throw new ProblemError(problems.notFound)
  const decided = decide(before, fulfillment)
  if (!decided) return { fulfillment, changed: false }
  await writeOrder(trx, before, decided.order, decided.events, mark)
  return { fulfillment: await writeFulfillment(trx, decided.fulfillment), changed: true }
}
