import { createCallerVerifier, createCursors, createLogger, openDatabase } from '@stockgate/service-kit'
import { createTestCaller } from '@stockgate/test-kit'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import type { Tables } from '../../src/store/tables.ts'

t.test(
  'without its database the service says 503 with Retry-After, whatever is asked, and is not ready',
  async (t) => {
    const db = openDatabase<Tables>(new URL('postgres://nobody:secret@127.0.0.1:1/none'))
    t.teardown(() => db.destroy())
    const caller = await createTestCaller(t, 'products')
    const app = await buildApp({
      db,
      cursors: createCursors(Buffer.alloc(32)),
      verifyCaller: createCallerVerifier('products', [
        { issuer: 'urn:stockgate:gateway', keys: new URL(caller.jwksUrl) },
      ]),
      logger: createLogger('products', 'silent'),
      publicUrl: new URL('https://api.example'),
    })
    t.teardown(() => app.close())
    const scopes = app.routeTable.flatMap((route) => route.scopes)
    const headers = { ...(await caller.headers({ scopes })), 'idempotency-key': 'k' }
    const asks = [
      { method: 'GET', url: '/products' },
      { method: 'GET', url: '/products/prd_1' },
      { method: 'GET', url: '/barcodes/x' },
      { method: 'GET', url: '/stock-levels' },
      { method: 'GET', url: '/stock-movements' },
      { method: 'POST', url: '/products', payload: { sku: 'A', name: 'A' } },
      { method: 'POST', url: '/products/batch', payload: { items: [{ sku: 'A', name: 'A' }] } },
      { method: 'DELETE', url: '/locations/loc_1' },
      { method: 'PUT', url: '/reservations/rsv_1/confirmation' },
      { method: 'PUT', url: '/reservations/rsv_1/release' },
    ] as const
    for (const ask of asks) {
      const answer = await app.inject({ ...ask, headers })
      t.equal(answer.statusCode, 503, `${ask.method} ${ask.url}`)
      t.equal(answer.headers['retry-after'], '2')
      t.notMatch(answer.body, /127\.0\.0\.1|secret|ECONN/)
    }
    t.match((await app.inject('/readyz')).json(), { status: 'fail', checks: { database: 'fail' } })
    t.equal((await app.inject('/livez')).statusCode, 200)
  },
)
