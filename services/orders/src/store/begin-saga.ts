import { type Jobs, newId } from '@stockgate/service-kit'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Saga, SagaKind, SagaStep } from '../domain/saga.ts'
import type { Tables, Trx } from './tables.ts'

/** The queue whose jobs drive sagas that no request drives. */
export const SAGA_QUEUE = 'sagas'

export interface SagaTiming {
  /** How long a holder may stay silent before another may take over; longer than any call to products. */
  readonly leaseMs: number
  /** How long a placement may take before it is taken back. */
  readonly deadlineMs: number
  /** When the job first looks after a saga that its request has begun. */
  readonly jobAfterSeconds: number
}

/** What the store needs to begin sagas. */
export interface SagaBeginnings {
  readonly jobs: Jobs
  readonly timing: SagaTiming
}

/** What a holder gets to see of a saga. */
export const sagaColumns = [
  'id',
  'order_id',
  'kind',
  'fulfillment_id',
  'step',
  'attempts',
  'version',
  'trace_id',
  'failure',
  sql<boolean>`coalesce(deadline < clock_timestamp(), false)`.as('late'),
  sql<string>`(select reservation_id from orders where orders.id = sagas.order_id)`.as('reservation_id'),
] as const

/** A saga left alone until then has lost its job. */
export const missedAfter = sql<Date>`clock_timestamp() + interval '2 minutes'`

export function fromNow(ms: number): RawBuilder<Date> {
  return sql<Date>`clock_timestamp() + make_interval(secs => ${ms / 1000})`
}

/** Begins a saga in the transaction that makes it necessary, with the job that ends it if this process cannot. */
export async function beginSaga(
  trx: Trx,
  { jobs, timing }: SagaBeginnings,
  work: { kind: SagaKind; step: SagaStep; orderId: string; fulfillmentId?: string; traceId: string },
): Promise<Saga> {
  const row = await trx
    .insertInto('sagas')
    .values({
      id: newId('sga'),
      order_id: work.orderId,
      kind: work.kind,
      fulfillment_id: work.fulfillmentId ?? null,
      step: work.step,
      attempts: 1,
      version: 1,
      leased_until: fromNow(timing.leaseMs),
      missed_after: missedAfter,
      deadline: work.kind === 'PLACEMENT' ? fromNow(timing.deadlineMs) : null,
      failure: null,
      trace_id: work.traceId,
      ended_at: null,
    })
    .returning(sagaColumns)
    .executeTakeFirstOrThrow()
  await sendSagaJob(trx, jobs, row.id, timing.jobAfterSeconds)
  return sagaOf(row)
}

/** Turns the placement of an order that is taken back into a release, whoever drives it at the moment. */
export async function turnIntoRelease(
  trx: Trx,
  { jobs, timing }: SagaBeginnings,
  orderId: string,
): Promise<Saga> {
  const row = await trx
    .updateTable('sagas')
    .set(({ eb }) => ({
      step: 'RELEASE',
      attempts: 1,
      version: eb('version', '+', 1),
      leased_until: fromNow(timing.leaseMs),
      missed_after: missedAfter,
      updated_at: sql<Date>`clock_timestamp()`,
    }))
    .where('order_id', '=', orderId)
    .where('kind', '=', 'PLACEMENT')
    .where('ended_at', 'is', null)
    .returning(sagaColumns)
    .executeTakeFirstOrThrow()
  await sendSagaJob(trx, jobs, row.id, timing.jobAfterSeconds)
  return sagaOf(row)
}

export function sendSagaJob(trx: Trx, jobs: Jobs, id: string, delaySeconds: number): Promise<void> {
  return jobs.send(trx, SAGA_QUEUE, { saga: id }, { delaySeconds, key: id })
}

type SagaRow = Pick<Selectable<Tables['sagas']>, Extract<(typeof sagaColumns)[number], string>> & {
  late: boolean
  reservation_id: string
}

export function sagaOf(row: SagaRow): Saga {
  return {
    id: row.id,
    orderId: row.order_id,
    reservationId: row.reservation_id,
    kind: row.kind,
    fulfillmentId: row.fulfillment_id,
    step: row.step,
    attempts: row.attempts,
    version: row.version,
    late: row.late,
    lastFailure: row.failure,
    traceId: row.trace_id,
  }
}
