import { join } from 'node:path'
import {
  createCallerVerifier,
  createLogger,
  forgetOldKeys,
  migrate,
  openCursors,
  openDatabase,
  periodically,
  proveDatabase,
  runProcess,
  serve,
} from '@stockgate/service-kit'
import { readSettings } from '@stockgate/settings'
import { buildApp } from './app.ts'
import { settings } from './settings.ts'
import { expireOverdue } from './store/expiry.ts'
import type { Tables } from './store/tables.ts'

const HOUR = 3_600_000

await runProcess('products', async () => {
  const set = readSettings(settings, process.env)
  const logger = createLogger('products', set.LOG_LEVEL)
  const db = openDatabase<Tables>(set.DATABASE_URL, {
    onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection broke'),
  })
  await proveDatabase(db, set.DATABASE_URL)
  await migrate(db, join(import.meta.dirname, '../migrations'))
  const app = await buildApp({
    db,
    cursors: await openCursors(db),
    verifyCaller: createCallerVerifier('products', set.TRUSTED_ISSUERS),
    logger,
    publicUrl: set.PUBLIC_URL,
  })
  const sweep = periodically('expire reservations', 1_000, () => expireOverdue(db), logger)
  const forget = periodically('forget old keys', HOUR, () => forgetOldKeys(db), logger)
  await serve(app, { host: set.HOST, port: set.PORT }, [
    () => sweep.stop(),
    () => forget.stop(),
    () => db.destroy(),
  ])
})
