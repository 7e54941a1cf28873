import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startService } from './kit/service.ts'

interface Entry {
  path: string
  methods: string[]
  auth: string
  scopes?: string[]
}

const manifest: { service: string; routes: Entry[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../gateway.json'), 'utf8'),
)

const line = (method: string, path: string, scopes: readonly string[]) =>
  `${method} ${path} ${[...scopes].sort().join(' ')}`

t.test(
  'gateway.json offers just the routes of the app, each with the scopes the app itself asks for',
  async (t) => {
    const { app } = await startService(t)
    const offered = manifest.routes.flatMap(({ path, methods, scopes = [] }) =>
      methods.map((method) => line(method, path, scopes)),
    )
    const served = app.routeTable.map(({ method, path, scopes }) => line(method, path, scopes))
    t.same(offered.sort(), served.sort())
  },
)

t.test('gateway.json makes no route public', (t) => {
  t.same([...new Set(manifest.routes.map((route) => route.auth))], ['bearer'])
  t.equal(manifest.service, 'products')
  t.end()
})
