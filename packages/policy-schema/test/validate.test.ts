import t from 'tap'
import { validateLimits, validateManifest } from '../src/index.ts'
import { richLimits, validLimits, validManifest } from './valid.ts'

function frozenThroughout(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(frozenThroughout)
}

t.test('all problems of a document are told together', async (t) => {
  const verdict = validateManifest({
    service: 'Products',
    owner: 'us',
    routes: [
      { path: 'products/', methods: ['get', 'HEAD'], auth: 'bearer', cost: 0 },
      { path: '/ok', methods: ['GET'], auth: 'open', scopes: ['a'] },
      'a route',
    ],
  })
  t.same((verdict.ok ? [] : verdict.problems).map(({ pointer, rule }) => `${pointer} ${rule}`).sort(), [
    '#/owner unknown-key',
    '#/routes/0/cost cost-range',
    '#/routes/0/methods/0 method-known',
    '#/routes/0/methods/1 head-implied',
    '#/routes/0/path path-end',
    '#/routes/0/path path-start',
    '#/routes/0/scopes bearer-needs-scopes',
    '#/routes/1/auth auth-kind',
    '#/routes/2 wrong-type',
    '#/service service-name',
  ])
})

t.test('a misspelt name is answered with the one that was meant', async (t) => {
  const cases: [unknown, string][] = [
    [
      { ...validLimits(), defaulttier: 'standard' },
      '"defaulttier" is not known: did you mean "defaultTier"?',
    ],
    [{ ...validLimits(), defaultTier: 'standrad' }, 'there is no tier "standrad": did you mean "standard"?'],
    [
      { ...validLimits(), colour: 'red' },
      '"colour" is not known: known here: tiers, clients, defaultTier, anonymousTier, overrides, candidates',
    ],
  ]
  for (const [document, message] of cases) {
    const verdict = validateLimits(document)
    t.same(
      (verdict.ok ? [] : verdict.problems).map((problem) => problem.message),
      [message],
    )
  }
})

t.test('nothing but a policy is accepted, and nothing makes the validator throw', async (t) => {
  const odd = [
    undefined,
    null,
    true,
    0,
    '',
    'text',
    [],
    {},
    [[]],
    { tiers: null },
    { routes: {} },
    { routes: [null] },
  ]
  for (const document of odd) {
    t.notOk(validateLimits(document).ok)
    t.notOk(validateManifest(document).ok)
  }
})

t.test('a valid limits.json comes out in its own order, frozen, and without inherited names', async (t) => {
  const document = validLimits()
  const verdict = validateLimits(document)
  t.ok(verdict.ok)
  if (!verdict.ok) return
  t.same(verdict.limits.tiers.standard, {
    name: 'standard',
    per: 'client',
    limits: [
      { kind: 'rate', name: 'burst', quota: 100, window: 1, per: null },
      { kind: 'rate', name: 'sustained', quota: 3000, window: 60, per: null },
    ],
    schedules: [],
    onStoreFailure: 'share',
    legacyHeaders: false,
  })
  t.same({ ...verdict.limits.clients }, { demo: 'standard' })
  t.equal(verdict.limits.clients.constructor, undefined)
  t.ok(frozenThroughout(verdict.limits))
  document.clients.demo = 'anonymous'
  t.equal(verdict.limits.clients.demo, 'standard', 'the document is not part of it')
})

t.test('every part of a limits.json comes out with its defaults, frozen', async (t) => {
  const verdict = validateLimits(richLimits())
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems))
  const { tiers, overrides, candidates } = verdict.limits
  t.ok(frozenThroughout(verdict.limits))
  t.same(tiers.standard?.limits.slice(2), [
    { kind: 'calendar', name: 'daily', quota: 100_000, period: 'day', timeZone: 'Europe/Berlin', per: null },
    { kind: 'calendar', name: 'monthly', quota: 1_000_000, period: 'month', timeZone: 'UTC', per: null },
    { kind: 'concurrency', name: 'flights', quota: 20, per: 'user' },
  ])
  t.same(tiers.standard?.schedules[1], {
    name: 'night',
    days: [7],
    from: 1320,
    until: 360,
    timeZone: 'UTC',
    limits: [{ kind: 'rate', name: 'sustained', quota: 1000, window: 60, per: null }],
  })
  t.equal(tiers.anonymous?.per, 'address')
  t.match(overrides[1], { tier: 'tenants', limits: [], from: Date.parse('2026-11-22T08:00:00.250Z') })
  t.match(candidates.tighter, {
    rolloutPercent: 10,
    guardrail: { protect: ['demo'], maxRefused: 0.01, minCalls: 50 },
  })
})

const BODY = { bodyLimit: null, encodedSlash: false, requestEncodings: [], proof: null }

t.test('a valid gateway.json comes out with HEAD and every default, frozen', async (t) => {
  const verdict = validateManifest(validManifest())
  t.ok(verdict.ok)
  if (!verdict.ok) return
  t.same(verdict.manifest, {
    service: 'products',
    routes: [
      {
        path: '/products/{product_id}',
        methods: ['GET', 'HEAD', 'PATCH'],
        auth: 'bearer',
        scopes: ['products:read'],
        anyScopes: ['products:write', 'ops:write'],
        cost: 2,
        deadlineMs: 3000,
        ...BODY,
        limits: [],
        description: 'One product',
      },
      {
        path: '/identity/token',
        methods: ['POST'],
        auth: 'public',
        scopes: [],
        anyScopes: [],
        cost: 1,
        deadlineMs: 5000,
        ...BODY,
        limits: [],
      },
    ],
  })
  t.ok(frozenThroughout(verdict.manifest))
})

t.test('a route says what its bodies and paths may hold, and how a token has to be proven', async (t) => {
  const [route] = validManifest().routes
  const more = { bodyLimit: 0, encodedSlash: true, requestEncodings: ['gzip', 'zstd'], proof: 'dpop' }
  const verdict = validateManifest({ service: 'products', routes: [{ ...route, ...more }] })
  t.match(verdict, { ok: true, manifest: { routes: [more] } })
  const unknown = validateManifest({
    service: 'products',
    routes: [{ ...route, requestEncodings: ['lzma'] }],
  })
  t.match(unknown, {
    ok: false,
    problems: [{ rule: 'request-encoding', pointer: '#/routes/0/requestEncodings/0' }],
  })
})

t.test('a bearer route may name the scopes of which one is enough, and nothing more', async (t) => {
  const [route] = validManifest().routes
  const { scopes: _, ...anyOnly } = route as NonNullable<typeof route>
  t.ok(validateManifest({ service: 'products', routes: [anyOnly] }).ok)
  t.ok(validateManifest({ service: 'products', routes: [{ ...anyOnly, scopes: [] }] }).ok)
})
