import t from 'tap'
import { checkPolicy } from '../../src/checks/policy.ts'
import { checkSettingsTables } from '../../src/checks/settings-tables.ts'

const LIMITS = JSON.stringify({
  tiers: {
    standard: { limits: { burst: { quota: 10, window: 1 }, sustained: { quota: 100, window: 60 } } },
    anonymous: { limits: { burst: { quota: 5, window: 1 }, sustained: { quota: 50, window: 60 } } },
  },
  clients: {},
  defaultTier: 'standard',
  anonymousTier: 'anonymous',
})

const manifest = (service: string, ...routes: object[]) => JSON.stringify({ service, routes })
const open = (path: string, more: object = {}) => ({ path, methods: ['GET'], auth: 'public', ...more })

t.test('a policy whose documents agree is fine', async (t) => {
  const root = t.testdir({
    gateway: { policy: { 'limits.json': LIMITS } },
    services: { a: { 'gateway.json': manifest('a', open('/a')) }, b: { src: {} } },
  })
  t.same(await checkPolicy(root), [])
})

t.test('every document is read, and all faults of all of them are told', async (t) => {
  const root = t.testdir({
    gateway: { policy: { 'limits.json': LIMITS.replace('"standard"', '"standart"') } },
    services: {
      a: { 'gateway.json': manifest('a', open('/same')) },
      b: { 'gateway.json': manifest('b', open('/same')) },
      c: { 'gateway.json': '{"service":"c",' },
      d: { 'gateway.json': manifest('other', open('/d')) },
    },
  })
  const found = await checkPolicy(root)
  t.match(found, [
    /^gateway\/policy\/limits.json #\S* \S+: .*standard/,
    /^services\/c\/gateway.json # json-syntax: /,
    'services/d/gateway.json #/service: "other" lies in the folder d',
    /^services\/b\/gateway.json #\/routes\/0 route-claimed: /,
  ])
})

t.test('a route that costs more than a limit admits is a fault', async (t) => {
  const root = t.testdir({
    gateway: { policy: { 'limits.json': LIMITS } },
    services: { a: { 'gateway.json': manifest('a', open('/a', { cost: 6 })) } },
  })
  t.match(await checkPolicy(root), [/^services\/a\/gateway.json #\/routes\/0\/cost cost-fits: /])
})

const SETTINGS = `export const settingTable = {
  PORT: { parse: Number, help: 'Port to listen on.', fallback: '8080' },
}`
const TABLE = '| setting | meaning | default |\n| --- | --- | --- |\n| `PORT` | Port to listen on. | `8080` |'
const page = (table: string) => `# A\n\n<!-- settings -->\n${table}\n<!-- /settings -->\n`

t.test('a README that shows the settings of the code is fine, however the table is aligned', async (t) => {
  const aligned = TABLE.replaceAll('---', '-------').replace('`PORT`', '`PORT`   ')
  const root = t.testdir({ gateway: { src: { 'settings.ts': SETTINGS }, 'README.md': page(aligned) } })
  t.same(await checkSettingsTables(root), [])
})

t.test('a table that is old or missing is a fault, and the new one is given', async (t) => {
  const root = t.testdir({
    gateway: { src: { 'settings.ts': SETTINGS }, 'README.md': page(TABLE.replace('8080', '80')) },
    services: {
      a: { src: { 'settings.ts': SETTINGS } },
      b: { src: { 'settings.ts': SETTINGS }, 'README.md': '# B' },
      c: { src: { 'settings.ts': 'export const port = 1' }, 'README.md': page(TABLE) },
    },
  })
  t.same(await checkSettingsTables(root), [
    `gateway/README.md shows old settings; put this in:\n${TABLE}`,
    'services/a/README.md is missing: it shows the settings of services/a/src/settings.ts',
    'services/b/README.md has no <!-- settings --> … <!-- /settings -->',
    'services/c/src/settings.ts exports no table of settings',
  ])
})
