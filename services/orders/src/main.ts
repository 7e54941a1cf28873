import { join } from 'node:path'
import {
  createCallerVerifier,
  createLogger,
  openStore,
  runProcess,
  serve,
  startJobs,
} from '@stockgate/service-kit'
import { buildApp } from './app.ts'
import { attendSagas } from './attend-sagas.ts'
import { createProductsClient } from './outside/products-client.ts'
import { createTokenSource } from './outside/token-source.ts'
import { loadSettings, type Settings } from './settings.ts'
import type { Tables } from './store/tables.ts'

await runProcess('orders', async () => {
  const settings = loadSettings(process.env)
  const logger = createLogger('orders', settings.LOG_LEVEL)
  const store = await openStore<Tables>({
    url: settings.DATABASE_URL,
    migrations: join(import.meta.dirname, '../migrations'),
    logger,
    connections: 20,
    // A rush of buyers waits in line rather than being turned away.
    patienceMs: 8_000,
  })
  const { db, cursors } = store
  const jobs = await startJobs(settings.DATABASE_URL, logger)
  const { products, close } = reachProducts(settings)
  const app = await buildApp({
    db,
    jobs,
    products,
    cursors,
    verifyCaller: createCallerVerifier('orders', settings.TRUSTED_ISSUERS),
    publicUrl: settings.PUBLIC_URL,
    logger,
    timing: {
      // A step makes two calls at most: the one it is for, and the question what became of it.
      leaseMs: settings.PRODUCTS_TIMEOUT_MS * 2 + 1_000,
      deadlineMs: settings.ORDER_DEADLINE * 1_000,
      jobAfterSeconds: 5,
    },
  })
  const sagas = await attendSagas(db, jobs, app.sagaRunner, logger)
  await serve(app, { host: settings.HOST, port: settings.PORT }, [sagas.stop, jobs.stop, close, store.close])
})

/** Products as this service sees it, with tokens of its own. */
function reachProducts(settings: Settings) {
  const timeoutMs = settings.PRODUCTS_TIMEOUT_MS
  const tokens = createTokenSource({
    tokenUrl: settings.TOKEN_URL,
    clientId: settings.CLIENT_ID,
    clientSecret: settings.CLIENT_SECRET,
    resource: 'urn:stockgate:products',
    scope: 'reservations:read reservations:write',
    timeoutMs,
  })
  const products = createProductsClient({
    url: settings.PRODUCTS_URL,
    tokens,
    timeoutMs,
    // Longer than an order may stay PENDING, so that stock is never given away under an order that still may get it.
    holdSeconds: settings.ORDER_DEADLINE + 300,
  })
  const close = () => Promise.all([products.close(), tokens.close()])
  return { products, close }
}
