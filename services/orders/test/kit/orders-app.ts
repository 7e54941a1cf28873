import { join } from 'node:path'
import {
  createCallerVerifier,
  createLogger,
  migrate,
  openCursors,
  openDatabase,
  startJobs,
} from '@stockgate/service-kit'
import { createTestCaller, createTestDatabase } from '@stockgate/test-kit'
import type { Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { attendSagas } from '../../src/attend-sagas.ts'
import { createProductsClient } from '../../src/outside/products-client.ts'
import type { TokenSource } from '../../src/outside/token-source.ts'
import type { Tables } from '../../src/store/tables.ts'
import { type ProductsDouble, productsDouble } from './products-double.ts'

export const MIGRATIONS = join(import.meta.dirname, '../../migrations')

const TOKENS: TokenSource = { token: async () => 'a.b.c', drop: () => {}, close: async () => {} }

export interface Sent {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  body?: object
  key?: string
  headers?: Record<string, string>
  as?: { sub?: string; scopes?: string[] }
}

/** What tests read of answers; `t.match` says the rest. */
export interface Json {
  id: string
  status: string | number
  type?: string
  instance?: string
  trace_id?: string
  version: number
  reservation_id: string
  next?: string
  items: Json[]
  errors?: { pointer: string; detail: string }[]
  lines: { line_id: string; sku: string; [quantity: string]: unknown }[]
  [more: string]: unknown
}

export interface OrdersOptions {
  stock?: Record<string, number>
  products?: ProductsDouble
  timeoutMs?: number
  deadlineMs?: number
  leaseMs?: number
  tokens?: TokenSource
  /** Lets jobs run too; without it only requests drive sagas. */
  attended?: boolean
}

const CUSTOMER = ['orders:read', 'orders:write']

/** The orders service in this process over a real database and the double of products. */
export async function ordersApp(t: Test, options: OrdersOptions = {}) {
  const products = options.products ?? (await productsDouble(t, options.stock ?? { BOLT: 100, NUT: 5 }))
  const { url } = await createTestDatabase(t)
  const database = new URL(url)
  const db = openDatabase<Tables>(database, { patienceMs: 10_000 })
  await migrate(db, MIGRATIONS)
  const logger = createLogger('orders', 'silent')
  const jobs = await startJobs(database, logger)
  const caller = await createTestCaller(t, 'orders')
  const timeoutMs = options.timeoutMs ?? 2_000
  const client = createProductsClient({
    url: products.url,
    tokens: options.tokens ?? TOKENS,
    timeoutMs,
    holdSeconds: 900,
  })
  const app = await buildApp({
    db,
    jobs,
    products: client,
    cursors: await openCursors(db),
    verifyCaller: createCallerVerifier('orders', JSON.parse(caller.trustedIssuers).map(keys)),
    publicUrl: new URL('https://api.example'),
    logger,
    timing: {
      leaseMs: options.leaseMs ?? timeoutMs * 2 + 200,
      deadlineMs: options.deadlineMs ?? 60_000,
      jobAfterSeconds: 1,
    },
  })
  const attend = () => attendSagas(db, jobs, app.sagaRunner, logger)
  if (!options.attended) await jobs.define({ name: 'sagas', ...NEVER })
  const attendance = options.attended ? await attend() : undefined
  t.teardown(async () => {
    await app.close()
    await attendance?.stop()
    await app.sagaRunner.stop()
    await jobs.stop()
    await client.close()
    await db.destroy()
  })

  async function call(path: string, { method = 'GET', body, key, headers, as = {} }: Sent = {}) {
    const { sub = '42', scopes = CUSTOMER } = as
    const response = await app.inject({
      method,
      url: path,
      headers: {
        ...(await caller.headers({ sub, clientId: 'demo', scopes })),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(method === 'PATCH' && { 'content-type': 'application/merge-patch+json' }),
        ...headers,
      },
      ...(body !== undefined && { payload: body }),
    })
    const isJson = String(response.headers['content-type']).includes('json') && response.body !== ''
    return {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      text: response.body,
      body: (isJson ? response.json() : {}) as Json,
    }
  }

  let keys_ = 0
  /** Places an order of these quantities by sku and waits long, for machines may be slow. */
  function place(lines: Record<string, number>, sent: Sent = {}) {
    const list = Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity }))
    const body = { lines: list, ...sent.body }
    const headers = { prefer: 'wait=10', ...sent.headers }
    return call('/orders', { key: `key-${++keys_}`, ...sent, headers, method: 'POST', body })
  }
  return { app, db, call, place, products, attend, caller }
}

export type OrdersApp = Awaited<ReturnType<typeof ordersApp>>

const NEVER = { retries: 0, retryDelay: 1, retryDelayMax: 1, expires: 60 }

const keys = ({ issuer, jwks }: { issuer: string; jwks: string }) => ({ issuer, keys: new URL(jwks) })
