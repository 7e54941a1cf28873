import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ordersApp } from './kit/orders-app.ts'

interface Entry {
  path: string
  methods: string[]
  auth: string
  scopes?: string[]
  anyScopes?: string[]
  deadlineMs?: number
}

const manifest: { service: string; routes: Entry[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../gateway.json'), 'utf8'),
)

const line = (method: string, path: string, scopes: readonly string[], anyScopes: readonly string[]) =>
  `${method} ${path} all[${scopes.join(' ')}] any[${anyScopes.join(' ')}]`

t.test(
  'the manifest names exactly the routes of the service, each with the scopes it asks for',
  async (t) => {
    const { app } = await ordersApp(t)
    const offered = manifest.routes.flatMap(({ path, methods, scopes = [], anyScopes = [] }) =>
      methods.map((method) => line(method, path, scopes, anyScopes)),
    )
    const served = app.routeTable.map(({ method, path, scopes, anyScopes }) =>
      line(method, path, scopes, anyScopes),
    )
    t.same(offered.toSorted(), served.toSorted())
    t.equal(manifest.service, 'orders')
    t.ok(manifest.routes.every(({ auth }) => auth === 'bearer'))
  },
)

t.test('calls that may wait ten seconds have a longer deadline at the gateway', async (t) => {
  const waiting = manifest.routes.filter(
    ({ path, methods }) => (path === '/orders' && methods.includes('POST')) || path.endsWith('/shipment'),
  )
  t.equal(waiting.length, 2)
  t.ok(waiting.every(({ deadlineMs = 0 }) => deadlineMs >= 12_000))
})

t.test('every route is described with an operation, a summary and its refusals', async (t) => {
  const { app } = await ordersApp(t)
  await app.ready()
  const { paths = {}, components } = app.swagger() as unknown as {
    paths: Record<string, Record<string, { operationId: string; summary: string; responses: object }>>
    components: { schemas: object }
  }
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  t.equal(operations.length, app.routeTable.length)
  t.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
  for (const { operationId, summary, responses } of operations) {
    t.ok(operationId && summary)
    for (const status of ['400', '401', '403']) t.ok(status in responses, `${operationId} ${status}`)
  }
  t.match(Object.keys(components.schemas), ['Problem', 'Order', 'Cancellation', 'Fulfillment'])
})
