import t from 'tap'
import {
  checkCosts,
  checkLimitsAgainst,
  checkQuotas,
  checkTogether,
  type LimitsPolicy,
  type Manifest,
  validateLimits,
  validateManifest,
  validateManifests,
} from '../src/index.ts'
import { richLimits, validLimits } from './valid.ts'

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

/** The rich policy with its override and candidate changed. */
function rich(change: (document: ReturnType<typeof richLimits>) => void = () => undefined): LimitsPolicy {
  const document = richLimits()
  change(document)
  const verdict = validateLimits(document)
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems))
  return verdict.limits
}

const DEAR: [string, string[], object] = ['/dear', ['GET'], { auth: 'bearer', scopes: [], cost: 9 }]

t.test('a cost must fit calendar quotas, schedules and candidates, but no number in flight', async (t) => {
  const routes = [manifest('products', DEAR)]
  const messages = (policy: LimitsPolicy) => checkCosts(policy, routes).map(({ message }) => message)
  t.same(
    messages(
      rich(
        ({ tiers }) => void Object.assign(tiers.standard.limits, { flights: { concurrent: 1, per: 'user' } }),
      ),
    ),
    [],
  )
  t.match(messages(rich(({ tiers }) => void Object.assign(tiers.standard.limits.daily, { quota: 8 }))), [
    /the daily limit of tier standard ever admits: write at most 8/,
  ])
  t.match(
    messages(
      rich(
        ({ tiers }) =>
          void Object.assign(tiers.standard.schedules[0]?.limits as object, {
            burst: { quota: 8, window: 1 },
          }),
      ),
    ),
    [/the burst limit of schedule office-hours of tier standard /],
  )
  t.match(
    messages(rich(({ candidates }) => void Object.assign(candidates.tighter.limits.burst, { quota: 8 }))),
    [/the burst limit of candidate tighter /],
  )
})

t.test('a lease of one client takes no route from the others, but is told when it is made', async (t) => {
  const routes = [manifest('products', DEAR)]
  const policy = rich(
    ({ overrides }) =>
      void Object.assign(overrides[0] as object, { limits: { burst: { quota: 8, window: 1 } } }),
  )
  t.same(checkCosts(policy, routes), [])
  const during = Date.parse('2026-11-22T12:00:00Z')
  t.match(checkQuotas(policy, routes, during), [
    {
      pointer: '#/overrides/0/limits/burst/quota',
      rule: 'cost-fits',
      message:
        /^the route of products \/dear costs 9 and never fits the burst limit of override ovr_1 of client demo: write at least 9/,
    },
  ])
  t.same(checkQuotas(policy, routes, during + 86_400_000), [], 'once it is over')
})

t.test('new limits that a route in force never fits are told at their place', async (t) => {
  const routes = [manifest('products', DEAR, ['/open', ['GET'], { cost: 11 }])]
  const places = (policy: LimitsPolicy) => checkLimitsAgainst(policy, routes).map(({ pointer }) => pointer)
  t.same(places(rich()), ['#/tiers/anonymous/limits/burst/quota'])
  t.same(
    places(
      rich(({ tiers }) => {
        tiers.anonymous.limits.burst.quota = 11
        tiers.tenants.limits.burst.quota = 8
      }),
    ),
    ['#/tiers/tenants/limits/burst/quota'],
  )
})

t.test('a limit of a route is not called like one of any tier', async (t) => {
  const limits = { exports: { quota: 5, window: 60 }, daily: { quota: 50, period: 'day' } }
  const routes = [manifest('products', ['/products', ['GET'], { limits }])]
  t.match(checkTogether(rich(), routes), [
    {
      manifest: 0,
      pointer: '#/routes/0/limits/daily',
      rule: 'limit-name-taken',
      message: /^tier standard has .*: give /,
    },
  ])
  const policy = rich(({ candidates, tiers }) => {
    Object.assign(tiers.standard.limits, { daily: undefined })
    Object.assign(candidates.tighter.limits, { exports: { quota: 9, window: 1 } })
    tiers.standard.limits = JSON.parse(JSON.stringify(tiers.standard.limits))
  })
  t.match(checkLimitsAgainst(policy, routes), [
    {
      pointer: '#/candidates/tighter/limits/exports',
      rule: 'limit-name-taken',
      message: /^a route of products has .*: choose /,
    },
  ])
})
