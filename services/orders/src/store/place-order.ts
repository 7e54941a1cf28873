import { setTimeout as delay } from 'node:timers/promises'
import { ProblemError, problems } from '@stockgate/problem'
import {
  beginKey,
  claimKey,
  type IdempotentCall,
  inTransaction,
  violatedUnique,
} from '@stockgate/service-kit'
import { sql } from 'kysely'
import type { Begun, Draft, Mark } from '../domain/orders.ts'
import { beginSaga, type SagaBeginnings } from './begin-saga.ts'
import type { Db, Trx } from './tables.ts'
import { insertEvents } from './write-changes.ts'

const LOOK_AGAIN_MS = 20
const MOST_LOOKS = 50

/**
 * Writes the order, its key, its saga and the saga's job in one transaction: all of them or none. A copy that meets
 * the transaction of another one waits for its end, which is near, to learn what it has made.
 */
export async function placeOrder(
  db: Db,
  beginnings: SagaBeginnings,
  draft: Draft,
  call: IdempotentCall,
  mark: Mark,
): Promise<Begun> {
  for (let look = 1; ; look++) {
    try {
      return await placeOnce(db, beginnings, draft, call, mark)
    } catch (error) {
      const inFlight = error instanceof ProblemError && error.kind === problems.idempotencyKeyInFlight
      if (!inFlight || look === MOST_LOOKS) throw error
    }
    await delay(LOOK_AGAIN_MS)
  }
}

async function placeOnce(
  db: Db,
  beginnings: SagaBeginnings,
  draft: Draft,
  call: IdempotentCall,
  mark: Mark,
): Promise<Begun> {
  try {
    return await inTransaction(db, async (trx): Promise<Begun> => {
      const known = await claimKey(trx, call)
      if (known.state === 'answered') return known
      if (known.state === 'begun') return { state: 'begun', orderId: known.subject }
      await insertOrder(trx, draft, call, mark)
      await beginKey(trx, call, draft.id)
      const saga = await beginSaga(trx, beginnings, {
        kind: 'PLACEMENT',
        step: 'RESERVE',
        orderId: draft.id,
        traceId: mark.traceId,
      })
      return { state: 'created', orderId: draft.id, saga }
    })
  } catch (error) {
    if (violatedUnique(error) === 'orders_external_id_unique') throw await externalIdTaken(db, draft)
    throw error
  }
}

/** One statement for the order, its lines and the beginning of its timeline. */
async function insertOrder(trx: Trx, draft: Draft, call: IdempotentCall, mark: Mark): Promise<void> {
  const { lines } = draft
  await sql`
    with placed as (
      insert into orders (
        id, user_id, client_id, external_id, note, reservation_id, line_count, key_owner, key, trace_id
      ) values (
        ${draft.id}, ${draft.userId}, ${draft.clientId}, ${draft.externalId}, ${draft.note},
        ${draft.reservationId}, ${lines.length}, ${call.owner}, ${call.key}, ${mark.traceId}
      )
    ), told as (${insertEvents(draft.id, [{ type: 'order.created' }], mark)})
    insert into order_lines (order_id, line_no, sku, ordered, pending, price_minor, price_currency)
    select ${draft.id}, line_no, sku, quantity, quantity, minor, currency
    from unnest(
      ${lines.map((line) => line.sku)}::text[], ${lines.map((line) => line.quantity)}::bigint[],
      ${lines.map((line) => line.unitPrice?.minor ?? null)}::bigint[],
      ${lines.map((line) => line.unitPrice?.currency ?? null)}::text[]
    ) with ordinality as line (sku, quantity, minor, currency, line_no)`.execute(trx)
}

async function externalIdTaken(db: Db, draft: Draft): Promise<ProblemError> {
  const holder = await db
    .selectFrom('orders')
    .select('id')
    .where('user_id', '=', draft.userId)
    .where('external_id', '=', draft.externalId)
    .where('status', '<>', 'REJECTED')
    .executeTakeFirst()
  return new ProblemError(problems.duplicateExternalId, {
    detail: 'Another order of this user has this external_id.',
    errors: [{ pointer: '#/external_id', detail: 'is taken' }],
    ...(holder && { instance: `/orders/${holder.id}` }),
  })
}
