import { join } from 'node:path'
import {
  createCallerVerifier,
  createLogger,
  openStore,
  periodically,
  runProcess,
  serve,
} from '@stockgate/service-kit'
import { readSettings } from '@stockgate/settings'
import { buildApp } from './app.ts'
import { settings } from './settings.ts'
import { expireOverdue } from './store/expiry.ts'
import type { Tables } from './store/tables.ts'

await runProcess('products', async () => {
  const set = readSettings(settings, process.env)
  const logger = createLogger('products', set.LOG_LEVEL)
  const { db, cursors, close } = await openStore<Tables>({
    url: set.DATABASE_URL,
    migrations: join(import.meta.dirname, '../migrations'),
    logger,
  })
  const app = await buildApp({
    db,
    cursors,
    verifyCaller: createCallerVerifier('products', set.TRUSTED_ISSUERS),
    logger,
    publicUrl: set.PUBLIC_URL,
  })
  const sweep = periodically('expire reservations', 1_000, () => expireOverdue(db), logger)
  await serve(app, { host: set.HOST, port: set.PORT }, [() => sweep.stop(), close])
})
