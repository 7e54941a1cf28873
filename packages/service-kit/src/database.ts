import { SettingError } from '@stockgate/settings'
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { isRetryable } from './database-errors.ts'

export interface DatabaseOptions {
  /** Most connections of this process. */
  max?: number
  /** How long a caller waits in line for a connection, in milliseconds; 3 s unless said. */
  patienceMs?: number
  /** Told of a connection that ended, with or without a statement under way. */
  onLostConnection?: (error: Error) => void
}

/**
 * A typed query builder over a pool. 64-bit integers become numbers (exact up to 2^53 − 1, larger ones throw);
 * a connection that cannot be had in time or a statement longer than 10 s fails.
 */
export function openDatabase<Tables>(url: URL, options: DatabaseOptions = {}): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: url.href,
    max: options.max ?? 10,
    connectionTimeoutMillis: options.patienceMs ?? 3_000,
    statement_timeout: 10_000,
    idleTimeoutMillis: 30_000,
    types: { getTypeParser: parserOf },
  })
  // The pool listens to idle connections alone: one lost between two statements of a transaction would end the process.
  pool.on('connect', (client) => client.on('error', options.onLostConnection ?? (() => {})))
  pool.on('error', () => {})
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

/** Proves at start that the database answers; a SettingError names DATABASE_URL otherwise, without its password. */
export async function proveDatabase<Tables>(db: Kysely<Tables>, url: URL): Promise<void> {
  try {
    await sql`select 1`.execute(db)
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error)
    throw new SettingError(
      'DATABASE_URL',
      `no database at ${url.host}${url.pathname} (${reason}); start it or mend the URL`,
    )
  }
}

/** Runs `work` in one transaction and again when it lost against another one, three times in all. */
export async function inTransaction<Tables, R>(
  db: Kysely<Tables>,
  work: (trx: Transaction<Tables>) => Promise<R>,
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      if (attempt === 3 || !isRetryable(error)) throw error
    }
  }
}

const INT8 = 20

function parserOf(oid: number, format?: 'text' | 'binary') {
  if (oid === INT8 && format !== 'binary') return exactInteger
  return pg.types.getTypeParser(oid, format as 'text')
}

function exactInteger(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} does not fit a JSON number`)
  return number
}
