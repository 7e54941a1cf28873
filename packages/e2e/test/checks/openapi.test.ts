import t from 'tap'
import { checkOpenApi } from '../../src/checks/openapi.ts'
import { describeApps } from '../../src/openapi.ts'

const valid = async () => []
/** An app whose description is the given expression over the parts it is built of. */
const app = (expression: string) => `export async function buildApp({ db, publicUrl, timing }) {
  const document = ${expression}
  return { ready: async () => {}, swagger: () => document, close: async () => {} }
}`

t.test(
  'a service whose openapi.json is what its app says is fine, and one without buildApp is left alone',
  async (t) => {
    const root = t.testdir({
      services: {
        a: {
          src: { 'app.ts': app('{ at: publicUrl.href, db: typeof db.selectFrom, x: typeof timing.ms }') },
        },
        b: { src: { 'app.ts': 'export const createApp = 1' } },
        c: { src: { 'main.ts': '' } },
      },
    })
    const documents = await describeApps(root)
    t.same([...documents.keys()], ['services/a/openapi.json'])
    t.match(documents.get('services/a/openapi.json'), '"at": "http://127.0.0.1:8080/"')
  },
)

t.test('the admin listener of the gateway describes itself too', async (t) => {
  const root = t.testdir({
    services: {},
    gateway: { src: { admin: { 'server.ts': app('publicUrl').replace('buildApp', 'buildAdmin') } } },
  })
  t.same([...(await describeApps(root))], [['gateway/admin.openapi.json', '"http://127.0.0.1:8080"\n']])
})

t.test('a missing, an old and an invalid description are told apart', async (t) => {
  const root = t.testdir({
    services: {
      a: { src: { 'app.ts': app('1') }, 'openapi.json': '2\n' },
      b: { src: { 'app.ts': app('1') } },
      c: { src: { 'app.ts': app('1') }, 'openapi.json': '1\n' },
    },
  })
  const faults = await checkOpenApi(root, async (_root, paths) => paths.map((path) => `${path} is invalid`))
  t.same(faults, [
    'services/a/openapi.json is old: run `pnpm openapi`',
    'services/b/openapi.json is missing: run `pnpm openapi`',
    'services/c/openapi.json is invalid',
  ])
  t.same(await checkOpenApi(root, valid), faults.slice(0, 2))
})

t.test('an app that uses its database while it is built cannot be described', async (t) => {
  const root = t.testdir({
    services: { a: { src: { 'app.ts': app('await db.selectFrom("x").execute()') } } },
  })
  await t.rejects(describeApps(root), { message: /^db.selectFrom is used while the app is built/ })
})
