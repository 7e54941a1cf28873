import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { openDatabase, proveDatabase } from './database.ts'
import { forgetOldKeys } from './idempotency.ts'
import { type KitTables, migrate } from './migrations.ts'
import { type Cursors, openCursors } from './paging.ts'
import { periodically } from './periodic.ts'

const HOUR_MS = 3_600_000

export interface StoreOptions {
  readonly url: URL
  /** Folder of the service's migrations. */
  readonly migrations: string
  readonly logger: Logger
  /** Most connections of this process. */
  readonly connections?: number
  /** How long a caller waits in line for one of them, in milliseconds. */
  readonly patienceMs?: number
}

export interface Store<Tables> {
  readonly db: Kysely<Tables>
  readonly cursors: Cursors
  close(): Promise<void>
}

/**
 * The database of a service, proved to answer and brought to its newest migration; idempotency keys past their time
 * are forgotten every hour. Rejects with a SettingError that names DATABASE_URL when nothing answers there.
 */
export async function openStore<Tables extends KitTables>(options: StoreOptions): Promise<Store<Tables>> {
  const { url, migrations, logger, connections, patienceMs } = options
  const db = openDatabase<Tables>(url, {
    ...(connections !== undefined && { max: connections }),
    ...(patienceMs !== undefined && { patienceMs }),
    onLostConnection: (error) => logger.warn({ err: error }, 'database connection lost'),
  })
  await proveDatabase(db, url)
  await migrate(db, migrations)
  const cursors = await openCursors(db)
  const forget = periodically('forget old keys', HOUR_MS, () => forgetOldKeys(db), logger)
  return {
    db,
    cursors,
    close: async () => {
      await forget.stop()
      await db.destroy()
    },
  }
}
