import { inTransaction } from '@stockgate/service-kit'
import { sql, type UpdateObject } from 'kysely'
import type { OrderEvent } from '../domain/order.ts'
import type { Held, Saga, Sagas, Verdict } from '../domain/saga.ts'
import { type AnswerOf, storeAnswer } from './answers.ts'
import { fromNow, missedAfter, sagaColumns, sagaOf } from './begin-saga.ts'
import { readFulfillment } from './read-fulfillments.ts'
import { lockOrder, readOrder } from './read-orders.ts'
import type { Db, Tables, Trx } from './tables.ts'
import { writeEvents, writeFulfillment, writeOrder } from './write-changes.ts'

/** Sagas in PostgreSQL. The order's lock is always taken before the saga's row, so two writers cannot block each other. */
export function createSagas(db: Db, leaseMs: number, answerOf: AnswerOf): Sagas {
  const held = () => ({
    leased_until: fromNow(leaseMs),
    missed_after: missedAfter,
    updated_at: sql<Date>`clock_timestamp()`,
  })

  /** Writes as the present holder; undefined when there is a newer one. */
  async function write(
    trx: Db,
    saga: Saga,
    change: UpdateObject<Tables, 'sagas'>,
  ): Promise<Saga | undefined> {
    const row = await trx
      .updateTable('sagas')
      .set(change)
      .where('id', '=', saga.id)
      .where('version', '=', saga.version)
      .where('ended_at', 'is', null)
      .returning(sagaColumns)
      .executeTakeFirst()
    return row && sagaOf(row)
  }

  const ended = () => ({
    ended_at: sql<Date>`clock_timestamp()`,
    updated_at: sql<Date>`clock_timestamp()`,
    leased_until: null,
    failure: null,
  })

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
        .where(({ or, eb }) =>
          or([eb('leased_until', 'is', null), eb('leased_until', '<', sql<Date>`clock_timestamp()`)]),
        )
        .returning(sagaColumns)
        .executeTakeFirst()
      if (row) return sagaOf(row)
      return (await hasEnded(id)) ? 'ended' : 'taken'
    },
    read: (saga) => readHeld(db, saga),
    advance: (saga, step, event) =>
      inTransaction(db, async (trx) => {
        const next = await write(trx, saga, { ...held(), step, attempts: 1, failure: null })
        if (next) await tell(trx, saga, event)
        return next
      }),
    again: (saga, failure) =>
      write(db, saga, { ...held(), attempts: saga.attempts + 1, failure: failure.slice(0, 500) }),
    decide: (saga, decide) =>
      inTransaction(db, async (trx) => {
        const before = await lockHeld(trx, saga)
        const verdict = decide(before)
        const going = verdict.next === 'RELEASE'
        const change = going ? { ...held(), step: 'RELEASE' as const, attempts: 1, failure: null } : ended()
        const next = await write(trx, saga, change)
        if (!next) return undefined
        await writeVerdict(trx, saga, before, verdict, answerOf)
        return going ? next : undefined
      }),
    end: (saga, event) =>
      inTransaction(db, async (trx) => {
        if (await write(trx, saga, ended())) await tell(trx, saga, event)
        return undefined
      }),
    leave: (saga, failure) =>
      inTransaction(db, async (trx) => {
        const change = { leased_until: null, missed_after: missedAfter, failure: failure.slice(0, 500) }
        const data = { step: saga.step, attempts: saga.attempts, failure }
        if (await write(trx, saga, change)) await tell(trx, saga, { type: 'saga.waiting', data })
      }),
  }
}

async function writeVerdict(trx: Trx, saga: Saga, before: Held, verdict: Verdict, answerOf: AnswerOf) {
  const mark = { actor: null, traceId: saga.traceId }
  const order = await writeOrder(trx, before.order, verdict.order, verdict.events, mark)
  if (verdict.fulfillment) await writeFulfillment(trx, verdict.fulfillment)
  if (saga.kind === 'PLACEMENT') await storeAnswer(trx, order, answerOf)
}

async function lockHeld(trx: Trx, saga: Saga): Promise<Held> {
  if (!(await lockOrder(trx, saga.orderId))) throw new Error(`saga ${saga.id} has lost its order`)
  return readHeld(trx, saga)
}

async function readHeld(db: Db, saga: Saga): Promise<Held> {
  const order = await readOrder(db, saga.orderId)
  if (!order) throw new Error(`saga ${saga.id} has lost its order`)
  const fulfillment =
    saga.fulfillmentId === null ? undefined : await readFulfillment(db, saga.orderId, saga.fulfillmentId)
  return { order, fulfillment }
}

function tell(trx: Trx, saga: Saga, event: OrderEvent): Promise<void> {
  return writeEvents(trx, saga.orderId, [event], { actor: null, traceId: saga.traceId })
}
