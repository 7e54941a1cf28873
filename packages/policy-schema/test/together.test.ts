import t from 'tap'
import {
  checkCosts,
  type LimitsPolicy,
  type Manifest,
  validateLimits,
  validateManifest,
  validateManifests,
} from '../src/index.ts'
import { validLimits } from './valid.ts'

function manifest(service: string, ...routes: [path: string, methods: string[], more?: object][]): Manifest {
  const verdict = validateManifest({
    service,
    routes: routes.map(([path, methods, more]) => ({ path, methods, auth: 'public', ...more })),
  })
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems))
  return verdict.manifest
}

function limits(change: (document: ReturnType<typeof validLimits>) => void = () => undefined): LimitsPolicy {
  const document = validLimits()
  change(document)
  const verdict = validateLimits(document)
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems))
  return verdict.limits
}

function problemsOf(...manifests: Manifest[]): string[] {
  const verdict = validateManifests(manifests)
  return verdict.ok
    ? []
    : verdict.problems.map(({ manifest, pointer, rule }) => `${manifest} ${pointer} ${rule}`)
}

t.test('a path and method belongs to one service, whatever its parameters are called', async (t) => {
  const products = manifest('products', ['/products', ['GET']], ['/products/{product_id}', ['GET', 'PATCH']])
  const orders = manifest('orders', ['/orders', ['GET']], ['/products/{id}', ['GET', 'PATCH', 'DELETE']])
  t.same(problemsOf(products, orders), ['1 #/routes/1 route-claimed'])
  const verdict = validateManifests([products, orders])
  t.match(
    verdict.ok ? '' : verdict.problems[0]?.message,
    /^GET, HEAD, PATCH \/products\/\{id\} belongs to products: /,
  )
})

t.test(
  'two services may share a path under different methods, and a fixed path beside a parameter',
  async (t) => {
    const one = manifest('products', ['/products/{product_id}', ['GET']])
    const other = manifest('imports', ['/products/{product_id}', ['PATCH']], ['/products/batch', ['GET']])
    t.same(problemsOf(one, other), [])
  },
)

t.test('a service has one manifest', async (t) => {
  const one = manifest('products', ['/products', ['GET']])
  const other = manifest('products', ['/barcodes/{data}', ['GET']])
  t.same(problemsOf(one, other), ['1 #/service service-repeated'])
})

t.test('a cost must fit the smallest limit of every tier its callers can be in', async (t) => {
  const bearer = { auth: 'bearer', scopes: [] }
  const routes = manifest(
    'products',
    ['/cheap', ['GET'], { ...bearer, cost: 100 }],
    ['/dear', ['GET'], { ...bearer, cost: 101 }],
    ['/open', ['GET'], { cost: 10 }],
    ['/open/dear', ['GET'], { cost: 11 }],
  )
  const problems = checkCosts(limits(), [manifest('orders', ['/orders', ['GET']]), routes])
  t.match(problems, [
    {
      manifest: 1,
      rule: 'cost-fits',
      pointer: '#/routes/1/cost',
      message: /burst limit of tier standard .* at most 100/,
    },
    {
      manifest: 1,
      rule: 'cost-fits',
      pointer: '#/routes/3/cost',
      message: /burst limit of tier anonymous .* at most 10/,
    },
  ])
  t.equal(problems.length, 2)
})

t.test('the anonymous tier binds callers with a token only where a client can be in it', async (t) => {
  const routes = [manifest('products', ['/a', ['GET'], { auth: 'bearer', scopes: [], cost: 50 }])]
  t.same(checkCosts(limits(), routes), [])
  const demoted = limits((document) => {
    document.clients.demo = 'anonymous'
  })
  t.equal(checkCosts(demoted, routes).length, 1)
})
