import { symlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import t, { type Test } from 'tap'
import { loadPolicy, PolicyError } from '../../src/policy/index.ts'
import { folderOf, LIMITS, manifest } from './folder.ts'

async function load(t: Test, files: Readonly<Record<string, unknown>>, paths: readonly string[] = ['.']) {
  const folder = await folderOf(t, files)
  const snapshot = await loadPolicy({
    limitsPath: join(folder, 'policy/limits.json'),
    manifestPaths: paths.map((path) => join(folder, path)),
  })
  const refused = snapshot.refused.map(({ file, problems }) => ({
    file: relative(folder, file),
    rules: problems.map(({ rule, pointer }) => `${rule} ${pointer}`),
  }))
  return { snapshot, refused, services: snapshot.manifests.map(({ service }) => service) }
}

async function refusal(t: Test, files: Readonly<Record<string, unknown>>, paths: readonly string[] = ['.']) {
  const error = await load(t, files, paths).then(
    () => undefined,
    (error: unknown) => error,
  )
  t.type(error, PolicyError)
  return (error as PolicyError).message.replaceAll(/\/\S*stockgate-policy-\w+\//g, '').split('\n')
}

const products = manifest('products', ['/products', '/products/{product_id}'])
const orders = manifest('orders', ['/orders'])

t.test('limits and manifests become one frozen snapshot', async (t) => {
  const { snapshot, services, refused } = await load(t, {
    'policy/limits.json': LIMITS,
    'orders/gateway.json': orders,
    'products/gateway.json': products,
  })
  t.same(services, ['orders', 'products'])
  t.same(refused, [])
  t.match(snapshot.revision, /^[0-9a-f]{16}$/)
  for (const part of [
    snapshot,
    snapshot.limits,
    snapshot.manifests,
    snapshot.refused,
    snapshot.manifests[0],
  ]) {
    t.ok(Object.isFrozen(part))
  }
})

t.test(
  'a client is in its own tier, any other caller in the default, nobody in the anonymous one',
  async (t) => {
    const { snapshot } = await load(t, { 'policy/limits.json': LIMITS, 'orders/gateway.json': orders })
    t.equal(snapshot.tierOf('acme').name, 'partner')
    t.equal(snapshot.tierOf(undefined).name, 'anonymous')
    for (const stranger of ['unheard-of', '', 'constructor', '__proto__', 'toString']) {
      t.equal(snapshot.tierOf(stranger).name, 'standard')
    }
    t.equal(snapshot.tierOf('acme'), snapshot.limits.tiers.partner, 'always the very same tier')
  },
)

t.test('the revision follows what the policy says, not how it is written', async (t) => {
  const reordered = Object.fromEntries(Object.entries(LIMITS).reverse())
  const files = { 'orders/gateway.json': orders, 'products/gateway.json': products }
  const revision = async (limits: unknown, more = {}) =>
    (await load(t, { 'policy/limits.json': limits, ...files, ...more })).snapshot.revision
  const first = await revision(LIMITS)
  t.equal(await revision(reordered), first)
  t.equal(await revision(JSON.stringify(LIMITS, undefined, 8)), first)
  t.not(await revision({ ...LIMITS, clients: {} }), first)
  t.not(
    await revision(LIMITS, { 'orders/gateway.json': manifest('orders', ['/orders'], { cost: 2 }) }),
    first,
  )
})

t.test('a folder stands for the gateway.json in each of its folders', async (t) => {
  const { services } = await load(
    t,
    {
      'policy/limits.json': LIMITS,
      'services/README.md': 'not a manifest',
      'services/products/gateway.json': products,
      'services/products/package.json': '{}',
      'services/orders/gateway.json': orders,
      'services/library/src/index.ts': '',
    },
    ['services'],
  )
  t.same(services, ['orders', 'products'])
})

t.test(
  'the folder of one service stands for its gateway.json, a folder of manifests for every file',
  async (t) => {
    const files = {
      'policy/limits.json': LIMITS,
      'products/gateway.json': products,
      'products/package.json': '{}',
      'manifests/orders.json': orders,
      'manifests/stock.json': manifest('stock', ['/stock']),
    }
    t.same((await load(t, files, ['products'])).services, ['products'])
    t.same((await load(t, files, ['manifests'])).services, ['orders', 'stock'])
    t.same((await load(t, files, ['products', 'manifests/stock.json'])).services, ['products', 'stock'])
  },
)

t.test('a file that is named twice is read once', async (t) => {
  const files = { 'policy/limits.json': LIMITS, 'services/orders/gateway.json': orders }
  const { services, refused } = await load(t, files, [
    'services/orders/gateway.json',
    'services',
    'services/.',
  ])
  t.same(services, ['orders'])
  t.same(refused, [])
})

t.test('folders reached through a link are read too', async (t) => {
  const folder = await folderOf(t, {
    'elsewhere/gateway.json': orders,
    'limits.json': LIMITS,
    'services/x': '',
  })
  await symlink(join(folder, 'elsewhere'), join(folder, 'services/orders'))
  const paths = { limitsPath: join(folder, 'limits.json'), manifestPaths: [join(folder, 'services')] }
  t.equal((await loadPolicy(paths)).manifests.length, 1)
})

t.test('each manifest stands or falls alone', async (t) => {
  const { services, refused } = await load(t, {
    'policy/limits.json': LIMITS,
    'a-broken/gateway.json': '{ "service": ',
    'b-typo/gateway.json': { ...manifest('typo', ['/typo']), routs: [] },
    'c-dear/gateway.json': manifest('dear', ['/orders'], { cost: 101 }),
    'd-orders/gateway.json': orders,
    'e-thief/gateway.json': manifest('thief', ['/thief', '/orders']),
    'f-twin/gateway.json': manifest('orders', ['/twins']),
    'g-late/gateway.json': manifest('late', ['/thief']),
  })
  t.same(services, ['orders', 'late'], 'a refused manifest claims nothing')
  t.same(refused, [
    { file: 'a-broken/gateway.json', rules: ['json-syntax #'] },
    { file: 'b-typo/gateway.json', rules: ['unknown-key #/routs'] },
    { file: 'c-dear/gateway.json', rules: ['cost-fits #/routes/0/cost'] },
    { file: 'e-thief/gateway.json', rules: ['route-claimed #/routes/1'] },
    { file: 'f-twin/gateway.json', rules: ['service-repeated #/service'] },
  ])
})

t.test('a manifest path that does not exist is refused, and the others serve', async (t) => {
  const { services, refused } = await load(
    t,
    { 'policy/limits.json': LIMITS, 'orders/gateway.json': orders },
    ['orders', 'no/such', 'orders/gateway.jsn'],
  )
  t.same(services, ['orders'])
  t.same(
    refused.map(({ file }) => file),
    ['no/such', 'orders/gateway.jsn'],
  )
})

t.test('broken limits stop the boot with every problem of every file in one message', async (t) => {
  const limits = { ...LIMITS, defaultTier: 'gold', clients: { acme: 'partnr' }, extra: 1 }
  const files = { 'policy/limits.json': limits, 'a/gateway.json': { service: 'a' }, 'b/gateway.json': orders }
  t.same(await refusal(t, files), [
    'policy/limits.json#/extra: "extra" is not known: known here: tiers, clients, defaultTier, anonymousTier, overrides, candidates',
    'policy/limits.json#/clients/acme: there is no tier "partnr": did you mean "partner"?',
    'policy/limits.json#/defaultTier: there is no tier "gold": define it in tiers, or use anonymous, standard, partner',
    'a/gateway.json#/routes: "routes" is missing: list at least one route; a service without routes needs no gateway.json',
  ])
})

t.test('limits that are missing, or no JSON, stop the boot', async (t) => {
  t.same(await refusal(t, { 'a/gateway.json': orders }), [
    'policy/limits.json: does not exist: correct the path',
  ])
  t.match(await refusal(t, { 'policy/limits.json': '{', 'a/gateway.json': orders }), [
    /^policy\/limits.json#: not valid/,
  ])
})

t.test('without a single good manifest the boot is refused', async (t) => {
  const files = { 'policy/limits.json': LIMITS, 'a/gateway.json': '[]' }
  t.match(await refusal(t, files), [/^a\/gateway\.json#: \[\] is not an object/])
  t.match(await refusal(t, files, ['policy/../no']), [/no: does not exist/])
  t.match(await refusal(t, { ...files, 'empty/README.md': '' }, ['empty']), [/empty: holds no gateway\.json/])
  t.match(await refusal(t, files, []), [/^no path: holds no gateway\.json/])
})
