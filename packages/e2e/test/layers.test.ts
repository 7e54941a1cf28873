import { resolve } from 'node:path'
import t, { type Test } from 'tap'
import { importsOf } from '../src/layers/source.ts'
import { checkLayers, faultLine } from '../src/layers.ts'

type Tree = { [name: string]: string | Tree }

const PACKAGE = (name: string, dependencies: string[] = [], devDependencies: string[] = []) =>
  JSON.stringify({
    name,
    dependencies: Object.fromEntries(dependencies.map((one) => [one, '1'])),
    devDependencies: Object.fromEntries(devDependencies.map((one) => [one, '1'])),
  })

/** Plants a tree and gives the faults found in it. */
function faults(t: Test, tree: Tree): string[] {
  return checkLayers(t.testdir(tree as Parameters<Test['testdir']>[0])).map(faultLine)
}

const from = (specifier: string) => `import { x } from '${specifier}'\n`

t.test('this repository keeps its layers', async (t) => {
  const root = resolve(import.meta.dirname, '../../..')
  t.same(checkLayers(root).map(faultLine), [])
})

t.test('a gateway that imports downward only is fine', async (t) => {
  const found = faults(t, {
    gateway: {
      src: {
        'main.ts': from('./app.ts') + from('./settings.ts'),
        'app.ts': from('./path/index.ts') + from('./policy/index.ts'),
        path: {
          'index.ts': from('./1-listen/index.ts') + from('./context.ts'),
          'context.ts': from('../policy/index.ts'),
          '1-listen': {
            'index.ts': from('../context.ts') + from('./drain.ts') + from('../../errors/catalog.ts'),
          },
        },
        policy: { 'index.ts': from('./load.ts') + from('node:fs') },
        settings: { 'issuers.ts': '' },
      },
    },
  })
  t.same(found, [])
})

t.test('in the gateway nothing imports upward or sideways', async (t) => {
  const found = faults(t, {
    gateway: {
      src: {
        limiter: { 'gcra.ts': from('../policy/index.ts') },
        errors: { 'catalog.ts': `export * from '../path/index.ts'\n` },
        admin: { 'index.ts': from('../path/context.ts') },
        path: { 'index.ts': `const app = await import('../app.ts')\n` },
        tools: { 'x.ts': from('../errors/catalog.ts') },
      },
    },
  })
  t.match(found, [
    'gateway/src/admin/index.ts:1 admin may import observe, proofs, policy, keys, limiter, fleet, journal, redis, tokens, tls, wire, errors, health, settings, not path',
    'gateway/src/errors/catalog.ts:1 errors may import settings, not path',
    'gateway/src/limiter/gcra.ts:1 limiter may import fleet, redis, settings, not policy',
    'gateway/src/path/index.ts:1 path may import observe, proofs, policy, keys, limiter, fleet, journal, redis, tokens, tls, wire, errors, health, settings, not app',
    'gateway/src/tools/x.ts:1 tools has no place in the order of layers',
  ])
  t.equal(found.length, 5)
})

t.test('stages are imported by the list alone, not by each other', async (t) => {
  const found = faults(t, {
    gateway: {
      src: {
        path: {
          'index.ts': from('./4-authenticate/index.ts'),
          'context.ts': `import type { Verdict } from './5-rate-limit/index.ts'\n`,
          '4-authenticate': { 'index.ts': `\n${from('../5-rate-limit/bucket.ts')}` },
          '5-rate-limit': { 'bucket.ts': from('../index.ts') },
        },
      },
    },
  })
  t.same(found, [
    'gateway/src/path/4-authenticate/index.ts:2 4-authenticate imports 5-rate-limit: only path/index.ts imports stages',
    'gateway/src/path/5-rate-limit/bucket.ts:1 5-rate-limit imports index.ts: only path/index.ts imports stages',
    'gateway/src/path/context.ts:1 context.ts imports 5-rate-limit: only path/index.ts imports stages',
  ])
})

t.test('in a service the domain knows nobody, and http and store meet only in the app', async (t) => {
  const found = faults(t, {
    services: {
      products: {
        src: {
          'main.ts': from('./app.ts'),
          'app.ts': from('./http/index.ts') + from('./store/index.ts'),
          http: { 'index.ts': from('../domain/stock.ts') + from('../store/index.ts') },
          domain: {
            'stock.ts': from('../http/index.ts') + from('../store/index.ts') + from('../outside/x.ts'),
          },
          store: { 'index.ts': from('../domain/stock.ts') },
        },
      },
    },
  })
  t.same(found, [
    'services/products/src/domain/stock.ts:1 domain may import no other part, not http',
    'services/products/src/domain/stock.ts:2 domain may import no other part, not store',
    'services/products/src/domain/stock.ts:3 domain may import no other part, not outside',
    'services/products/src/http/index.ts:2 http may import domain, not store',
  ])
})

t.test('services, gateway and packages do not reach into each other', async (t) => {
  const names = ['@stockgate/orders', '@stockgate/products', '@stockgate/gateway', '@stockgate/problem']
  const found = faults(t, {
    gateway: {
      'package.json': PACKAGE('@stockgate/gateway', names),
      src: { 'main.ts': from('@stockgate/orders') },
    },
    services: {
      products: { 'package.json': PACKAGE('@stockgate/products', names), src: { 'main.ts': '' } },
      orders: {
        'package.json': PACKAGE('@stockgate/orders', names),
        src: { 'main.ts': from('@stockgate/products') + from('../../../packages/problem/src/index.ts') },
        test: { 'a.test.ts': from('@stockgate/gateway') },
      },
    },
    packages: {
      problem: {
        'package.json': PACKAGE('@stockgate/problem', names),
        src: { 'index.ts': from('@stockgate/gateway/src/app.ts') },
      },
    },
  })
  t.same(found, [
    'gateway/src/main.ts:1 gateway imports the service services/orders',
    'packages/problem/src/index.ts:1 packages/problem imports the gateway',
    'services/orders/src/main.ts:1 services/orders imports the service services/products',
    'services/orders/src/main.ts:2 ../../../packages/problem/src/index.ts leaves services/orders: import a package by its name',
    'services/orders/test/a.test.ts:1 services/orders imports the gateway',
  ])
})

t.test('what a file imports must be declared, and what is deployed needs no test package', async (t) => {
  const found = faults(t, {
    packages: {
      'test-kit': { 'package.json': PACKAGE('@stockgate/test-kit'), src: { 'index.ts': '' } },
      caller: {
        'package.json': PACKAGE('@stockgate/caller', ['jose', '@stockgate/test-kit'], ['tap']),
        src: { 'index.ts': from('jose') + from('tap') + from('@stockgate/test-kit') + from('node:fs') },
        test: { 'a.test.ts': from('tap') + from('@stockgate/caller') + from('pg/lib/x.js') },
      },
    },
  })
  t.same(found, [
    'packages/caller/src/index.ts:2 tap is not among the dependencies of packages/caller',
    'packages/caller/src/index.ts:3 test-kit is for development only',
    'packages/caller/test/a.test.ts:3 pg is among neither dependencies nor devDependencies of packages/caller',
  ])
})

t.test('drawers and long files are refused, installed and hidden ones are not looked at', async (t) => {
  const found = faults(t, {
    packages: {
      a: {
        src: {
          utils: { 'x.ts': '' },
          'types.ts': '',
          'long.lua': 'x\n'.repeat(301),
          'fine.ts': 'x\n'.repeat(300),
        },
      },
    },
    node_modules: { common: { 'x.ts': '' } },
    '.tap': { 'helpers.ts': '' },
  })
  t.same(found, [
    'packages/a/src/long.lua 301 lines, more than 300',
    'packages/a/src/types.ts types is no name: say what it holds',
    'packages/a/src/utils/x.ts utils is no name: say what it holds',
  ])
})

t.test('imports are found however they are written, and not in comments', async (t) => {
  const text = [
    `import type { A } from './a.ts'`,
    `import {`,
    `  b,`,
    `} from "./b.ts"`,
    `export * from './c.ts'`,
    `import './d.ts'`,
    `/* import './no.ts'`,
    `import './no.ts' */`,
    `// import './no.ts'`,
    `const e = await import('./e.ts')`,
    `export const from = 'nowhere'`,
  ].join('\n')
  t.same(
    importsOf(text).map(({ specifier, line }) => `${line} ${specifier}`),
    ['1 ./a.ts', '4 ./b.ts', '5 ./c.ts', '6 ./d.ts', '10 ./e.ts'],
  )
})
