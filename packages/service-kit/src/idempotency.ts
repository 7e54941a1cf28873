import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyReply } from 'fastify'
import { type Kysely, sql, type Transaction } from 'kysely'
import { inTransaction } from './database.ts'
import { etagOf } from './etag.ts'
import type { IdempotentCall } from './idempotency-key.ts'
import type { KitTables } from './migrations.ts'

/** How long a key is remembered: a device may be offline over a weekend. */
const KEPT = '7 days'

/** An answer that is kept and given again, byte for byte. */
export interface StoredAnswer {
  status: number
  headers?: Record<string, string>
  body: object
}

/** 201 with the address and the entity tag of what has been made. */
export function created(location: string, version: number, body: object): StoredAnswer {
  return { status: 201, headers: { location, etag: etagOf(version, JSON.stringify(body)) }, body }
}

/** What is known of a key: nothing, an effect that has begun (`subject` names it), or the final answer. */
export type KeyState =
  | { state: 'fresh' }
  | { state: 'begun'; subject: string }
  | { state: 'answered'; answer: TextAnswer }

export interface TextAnswer {
  status: number
  headers: Record<string, string>
  text: string
  replayed: boolean
}

/**
 * Runs `effect` once per key, in the same transaction that stores its answer: either both are there or none.
 * A copy that arrives meanwhile gets 409 with Retry-After, another payload under the same key 422.
 * Errors thrown by `effect` roll back and are not kept, so the caller may mend the call and use the key again.
 */
export async function once<Tables extends KitTables>(
  db: Kysely<Tables>,
  call: IdempotentCall,
  effect: (trx: Transaction<Tables>) => Promise<StoredAnswer>,
): Promise<TextAnswer> {
  return inTransaction(db, async (trx) => {
    const known = await claimKey(trx, call)
    if (known.state === 'answered') return known.answer
    await beginKey(trx, call, '')
    return completeKey(trx, call, await effect(trx))
  })
}

/**
 * Claims the key for this transaction and tells what is known of it. For effects that need several transactions:
 * claim and `beginKey` in the first one, `completeKey` in the last; a claim between them says `begun`.
 */
export async function claimKey<Tables extends KitTables>(
  trx: Transaction<Tables>,
  call: IdempotentCall,
): Promise<KeyState> {
  const kit = trx as unknown as Transaction<KitTables>
  const lock = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`${call.owner} ${call.key}`}, 0)) as locked`.execute(
    kit,
  )
  if (!lock.rows[0]?.locked)
    throw new ProblemError(problems.idempotencyKeyInFlight, { headers: { 'retry-after': '1' } })
  const row = await kit
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('owner', '=', call.owner)
    .where('key', '=', call.key)
    .executeTakeFirst()
  if (!row) return { state: 'fresh' }
  if (row.fingerprint !== call.fingerprint) throw new ProblemError(problems.idempotencyKeyReused)
  if (row.status === null || row.body === null) return { state: 'begun', subject: row.subject ?? '' }
  return {
    state: 'answered',
    answer: { status: row.status, headers: row.headers ?? {}, text: row.body, replayed: true },
  }
}

/** Remembers that the effect of a fresh key has begun; `subject` is the id of what it makes. */
export async function beginKey<Tables extends KitTables>(
  trx: Transaction<Tables>,
  call: IdempotentCall,
  subject: string,
): Promise<void> {
  const { owner, key, fingerprint } = call
  await (trx as unknown as Transaction<KitTables>)
    .insertInto('idempotency_keys')
    .values({ owner, key, fingerprint, subject, status: null, headers: null, body: null })
    .execute()
}

/** Stores the final answer of a key that has begun, unless another process stored one first; the stored one counts. */
export async function completeKey<Tables extends KitTables>(
  db: Kysely<Tables>,
  call: Pick<IdempotentCall, 'owner' | 'key'>,
  answer: StoredAnswer,
): Promise<TextAnswer> {
  const kit = db as unknown as Kysely<KitTables>
  const text = JSON.stringify(answer.body)
  const headers = answer.headers ?? {}
  const stored = await kit
    .updateTable('idempotency_keys')
    .set({ status: answer.status, headers: JSON.stringify(headers) as never, body: text })
    .where('owner', '=', call.owner)
    .where('key', '=', call.key)
    .where('status', 'is', null)
    .executeTakeFirst()
  if (stored.numUpdatedRows > 0n) return { status: answer.status, headers, text, replayed: false }
  return (await readAnswer(db, call)) ?? { status: answer.status, headers, text, replayed: false }
}

/** The answer kept for a call, marked as repeated, or undefined while there is none. */
export async function readAnswer<Tables extends KitTables>(
  db: Kysely<Tables>,
  call: Pick<IdempotentCall, 'owner' | 'key'>,
): Promise<TextAnswer | undefined> {
  const row = await (db as unknown as Kysely<KitTables>)
    .selectFrom('idempotency_keys')
    .select(['status', 'headers', 'body'])
    .where('owner', '=', call.owner)
    .where('key', '=', call.key)
    .executeTakeFirst()
  if (!row || row.status === null || row.body === null) return undefined
  return { status: row.status, headers: row.headers ?? {}, text: row.body, replayed: true }
}

/** Sends a kept answer; a repeated one is marked. */
export function sendStored(reply: FastifyReply, answer: TextAnswer): FastifyReply {
  if (answer.replayed) reply.header('idempotent-replayed', 'true')
  return reply
    .code(answer.status)
    .headers({ 'content-type': 'application/json; charset=utf-8', ...answer.headers })
    .send(answer.text)
}

/** Forgets keys past their time; the services call it now and then. */
export async function forgetOldKeys<Tables extends KitTables>(db: Kysely<Tables>): Promise<void> {
  await (db as unknown as Kysely<KitTables>)
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', sql<Date>`now() - ${sql.lit(KEPT)}::interval`)
    .execute()
}
