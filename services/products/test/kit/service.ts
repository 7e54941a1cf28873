import { join } from 'node:path'
import {
  createCallerVerifier,
  createCursors,
  createLogger,
  migrate,
  openDatabase,
} from '@stockgate/service-kit'
import { createTestCaller, createTestDatabase } from '@stockgate/test-kit'
import type { Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import type { Database, Tables } from '../../src/store/tables.ts'
import { type Call, type Reply, replyChecker } from './reply.ts'

const SCOPES = [
  'products:read',
  'products:write',
  'locations:write',
  'stock:read',
  'stock:write',
  'stock:count',
  'reservations:read',
  'reservations:write',
]

/** The service over a fresh database, called without a socket; every answer is compared with its description. */
export interface TestService {
  readonly app: Awaited<ReturnType<typeof buildApp>>
  readonly db: Database
  readonly databaseUrl: string
  /** An Authorization header with just these scopes. */
  bearer(scopes: readonly string[]): Promise<string>
  call(call: Call): Promise<Reply>
  get(url: string, headers?: Record<string, string>): Promise<Reply>
  put(url: string, body?: object): Promise<Reply>
  /** With a fresh Idempotency-Key unless one is given. */
  post(url: string, body: object, key?: string): Promise<Reply>
  patch(url: string, body: object, etag?: string): Promise<Reply>
  remove(url: string, etag?: string): Promise<Reply>
}

/** Starts the service for one test; database and app go with it. */
export async function startService(
  t: Test,
  { now, max }: { now?: () => number; max?: number } = {},
): Promise<TestService> {
  const { url } = await createTestDatabase(t)
  const db = openDatabase<Tables>(new URL(url), { max: max ?? 10 })
  t.teardown(() => db.destroy())
  await migrate(db, join(import.meta.dirname, '../../migrations'))
  const caller = await createTestCaller(t, 'products')
  const app = await buildApp({
    db,
    cursors: createCursors(Buffer.alloc(32, 7)),
    verifyCaller: createCallerVerifier('products', [
      { issuer: 'urn:stockgate:gateway', keys: new URL(caller.jwksUrl) },
    ]),
    logger: createLogger('products', 'silent'),
    publicUrl: new URL('https://api.example'),
    ...(now && { now }),
  })
  t.teardown(() => app.close())
  await app.ready()
  const { authorization } = await caller.headers({ sub: '7', clientId: 'manager', scopes: SCOPES })
  const check = replyChecker(t, app)

  const call = async ({ method, url: target, body, headers = {} }: Call): Promise<Reply> => {
    const answer = await app.inject({
      method,
      url: target,
      headers: { authorization, ...headers },
      ...(body !== undefined && { payload: body as object }),
    })
    return check(method, target, answer)
  }
  let keys = 0
  return {
    app,
    db,
    databaseUrl: url,
    bearer: async (scopes) => (await caller.headers({ scopes })).authorization,
    call,
    get: (target, headers) => call({ method: 'GET', url: target, ...(headers && { headers }) }),
    put: (target, body) => call({ method: 'PUT', url: target, ...(body && { body }) }),
    post: (target, body, key = `key-${++keys}`) =>
      call({ method: 'POST', url: target, body, headers: { 'idempotency-key': key } }),
    patch: (target, body, etag) =>
      call({
        method: 'PATCH',
        url: target,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/merge-patch+json', ...(etag && { 'if-match': etag }) },
      }),
    remove: (target, etag) =>
      call({ method: 'DELETE', url: target, ...(etag && { headers: { 'if-match': etag } }) }),
  }
}
