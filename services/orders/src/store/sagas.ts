import { inTransaction } from '@stockgate/service-kit'
import { sql, type UpdateObject } from 'kysely'
import type { OrderEvent } from '../domain/order.ts'
import type { Held, Saga, Sagas, Verdict } from '../domain/saga.ts'
import { type AnswerOf, storeAnswer } from './answers.ts'
import { fromNow, missedAfter, sagaColumns, sagaOf } from './begin-saga.ts'
import { readFulfillment } from './read-fulfillments.ts'
import { lockOrder, readOrder } from './read-orders.ts'
import type { Db, Tables, Trx } from './tables.ts'
import { writeFulfillment, writeOrder } from './write-changes.ts'

type SagaUpdate = UpdateObject<Tables, 'sagas'>

/** Sagas in PostgreSQL. The order's lock is always taken before the saga's row, so two writers cannot block each other. */
export function createSagas(db: Db, leaseMs: number, answerOf: AnswerOf): Sagas {
  const now = sql<Date>`clock_timestamp()`
  const held = () => ({ leased_until: fromNow(leaseMs), missed_after: missedAfter, updated_at: now })
  const ended = () => ({ ended_at: now, updated_at: now, leased_until: null, failure: null })

  async function hasEnded(id: string): Promise<boolean> {
    const row = await db.selectFrom('sagas').select('ended_at').where('id', '=', id).executeTakeFirst()
    return row === undefined || row.ended_at !== null
  }

  return {
    hasEnded,
    async claim(id) {
      const row = await db
        .updateTable('sagas')
        .set(({ eb }) => ({ ...held(), version: eb('version', '+', 1), attempts: eb('attempts', '+', 1) }))
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .where(({ or, eb }) => or([eb('leased_until', 'is', null), eb('leased_until', '<', now)]))
        .returning(sagaColumns)
        .executeTakeFirst()
      if (row) return sagaOf(row)
      return (await hasEnded(id)) ? 'ended' : 'taken'
    },
    read: (saga) => readHeld(db, saga),
    advance: (saga, step, event) =>
      writeAndTell(db, saga, { ...held(), step, attempts: 1, failure: null }, event),
    again: (saga) => write(db, saga, { ...held(), attempts: saga.attempts + 1 }),
    decide: (saga, decide) =>
      inTransaction(db, async (trx) => {
        await lockOrder(trx, saga.orderId)
        const before = await readHeld(trx, saga)
        const verdict = decide(before)
        const goesOn = verdict.next === 'RELEASE'
        const next = await write(
          trx,
          saga,
          goesOn ? { ...held(), step: 'RELEASE', attempts: 1, failure: null } : ended(),
        )
        if (!next) return undefined
        await writeVerdict(trx, saga, before, verdict, answerOf)
        return goesOn ? next : undefined
      }),
    async end(saga, event) {
      await writeAndTell(db, saga, ended(), event)
      return undefined
    },
    async leave(saga, why) {
      const failure = why.slice(0, 500)
      const change = { leased_until: null, missed_after: missedAfter, failure }
      const data = { step: saga.step, attempts: saga.attempts, failure }
      if (failure === saga.lastFailure) await write(db, saga, change)
      else await writeAndTell(db, saga, change, { type: 'saga.waiting', data })
    },
  }
}

/** Writes as the present holder; undefined when there is a newer one. */
async function write(db: Db, saga: Saga, change: SagaUpdate): Promise<Saga | undefined> {
  const row = await updateHeld(db, saga, change).executeTakeFirst()
  return row && sagaOf(row)
}

/** The same with an entry in the timeline of the order, in one statement. */
async function writeAndTell(
  db: Db,
  saga: Saga,
  change: SagaUpdate,
  { type, data = {} }: OrderEvent,
): Promise<Saga | undefined> {
  const row = await db
    .with('written', (query) => updateHeld(query as Db, saga, change))
    .with('told', (query) =>
      query
        .insertInto('order_events')
        .columns(['order_id', 'type', 'data', 'trace_id'])
        .expression(({ selectFrom, val }) =>
          selectFrom('written').select([
            'order_id',
            val(type).as('type'),
            sql<string>`${JSON.stringify(data)}::jsonb`.as('data'),
            'trace_id',
          ]),
        ),
    )
    .selectFrom('written')
    .selectAll()
    .executeTakeFirst()
  return row && sagaOf(row)
}

function updateHeld(db: Db, saga: Saga, change: SagaUpdate) {
  return db
    .updateTable('sagas')
    .set(change)
    .where('id', '=', saga.id)
    .where('version', '=', saga.version)
    .where('ended_at', 'is', null)
    .returning(sagaColumns)
}

async function writeVerdict(trx: Trx, saga: Saga, before: Held, verdict: Verdict, answerOf: AnswerOf) {
  const cause = { actor: null, traceId: saga.traceId }
  const order = await writeOrder(trx, before.order, verdict.order, verdict.events, cause)
  if (verdict.fulfillment) await writeFulfillment(trx, verdict.fulfillment)
  if (saga.kind === 'PLACEMENT') await storeAnswer(trx, order, answerOf)
}

async function readHeld(db: Db, saga: Saga): Promise<Held> {
  const order = await readOrder(db, saga.orderId)
  if (!order) throw new Error(`saga ${saga.id} has lost its order`)
  const fulfillment =
    saga.fulfillmentId === null ? undefined : await readFulfillment(db, saga.orderId, saga.fulfillmentId)
  return { order, fulfillment }
}
