import { validLimits, validManifest } from './valid.ts'

/** A document that breaks one rule, once, and the place that must be named. */
export interface Broken {
  readonly rule: string
  readonly pointer: string
  readonly document: unknown
}

/** Puts a value at a JSON Pointer, or takes away what is there. */
function put(document: unknown, pointer: string, value: unknown): void {
  const segments = pointer.split('/').slice(1)
  const last = (segments.pop() as string).replaceAll('~1', '/')
  let place = document as Record<string, unknown>
  for (const segment of segments) place = place[segment] as Record<string, unknown>
  // Not by assignment, which for `__proto__` would do something else.
  if (value === undefined) delete place[last]
  else Object.defineProperty(place, last, { value, enumerable: true, configurable: true, writable: true })
}

/** The valid document with this value at `pointer`, or with these values at other places. */
function broken(document: unknown, rule: string, pointer: string, value?: unknown, others?: object): Broken {
  const changes = others ? Object.entries(others) : [[pointer, value] as const]
  for (const [place, change] of changes) put(document, place, change)
  return { rule, pointer, document }
}

const limits = (rule: string, pointer: string, value?: unknown, others?: object): Broken =>
  broken(validLimits(), rule, pointer, value, others)

const manifest = (rule: string, pointer: string, value?: unknown, others?: object): Broken =>
  broken(validManifest(), rule, pointer, value, others)

const paths = (rule: string, ...written: string[]): Broken[] =>
  written.map((path) => manifest(rule, '#/routes/0/path', path))

const ANONYMOUS = '#/tiers/anonymous/limits/burst'
const STANDARD = '#/tiers/standard/limits'
const TIER = { limits: { burst: { quota: 1, window: 1 } } }

export const brokenLimits: readonly Broken[] = [
  { rule: 'wrong-type', pointer: '#', document: ['standard'] },
  limits('wrong-type', `${ANONYMOUS}/quota`, '100'),
  limits('wrong-type', `${ANONYMOUS}/window`, 0.5),
  limits('wrong-type', `${ANONYMOUS}/window`, null),
  limits('wrong-type', '#/clients/demo', { tier: 'standard' }),
  limits('missing-key', '#/anonymousTier'),
  limits('missing-key', '#/defaultTier'),
  limits('unknown-key', '#/default_tier', 'standard'),
  limits('unknown-key', `${STANDARD}/burst/windows`, 1),
  limits('unknown-key', `${STANDARD}/burst/a~1b`, 1),
  limits('tiers-empty', '#/tiers', {}),
  limits('tier-empty', STANDARD, {}),
  limits('tier-name', '#/tiers/Gold Tier', TIER),
  limits('tier-name', '#/tiers/__proto__', TIER),
  limits('client-id', '#/clients/two words', 'standard'),
  limits('client-id', '#/clients/', 'standard'),
  limits('client-id', '#/clients/two%0Alines', undefined, { '#/clients/two\nlines': 'standard' }),
  ...[0, -1, 50_000_001].map((quota) => limits('quota-range', `${ANONYMOUS}/quota`, quota)),
  ...[0, -1, 31 * 86_400 + 1].map((window) => limits('window-range', `${ANONYMOUS}/window`, window)),
  limits('known-tier', '#/clients/demo', 'standrad'),
  limits('known-tier', '#/clients/demo', 'constructor'),
  limits('known-tier', '#/defaultTier', 'gold'),
  limits('known-tier', '#/anonymousTier', ''),
  limits('sustained-window', `${STANDARD}/sustained/window`, 1),
  limits('sustained-quota', `${STANDARD}/sustained/quota`, 99),
]

export const brokenManifests: readonly Broken[] = [
  { rule: 'wrong-type', pointer: '#', document: null },
  manifest('wrong-type', '#/routes/0/methods', 'GET'),
  manifest('wrong-type', '#/routes/0/methods/1', 7),
  manifest('wrong-type', '#/routes/0/cost', 1.5),
  manifest('missing-key', '#/routes/0/path'),
  manifest('missing-key', '#/routes/0/methods'),
  manifest('missing-key', '#/routes/0/auth'),
  manifest('missing-key', '#/service'),
  manifest('unknown-key', '#/upstream', 'http://10.0.0.1'),
  manifest('unknown-key', '#/routes/0/deadline', 3000),
  ...['Products', 'a b', '', '1st'].map((service) => manifest('service-name', '#/service', service)),
  manifest('routes-empty', '#/routes', []),
  manifest('methods-empty', '#/routes/0/methods', []),
  manifest('auth-kind', '#/routes/0/auth', 'none'),
  ...['', 'a b', 'say"so'].map((scope) => manifest('scope-form', '#/routes/0/scopes/0', scope)),
  manifest('scope-repeated', '#/routes/0/scopes', ['a', 'a']),
  manifest('any-scopes-list', '#/routes/0/anyScopes', []),
  manifest('cost-range', '#/routes/0/cost', 0),
  manifest('deadline-range', '#/routes/0/deadlineMs', 49),
  manifest('deadline-range', '#/routes/0/deadlineMs', 120_001),
  manifest('description-length', '#/routes/0/description', ''),
  ...paths('path-start', 'products', ''),
  ...paths('path-end', '/products/'),
  ...paths('path-empty-segment', '/products//{id}', '//', '/products//'),
  ...paths('path-dot-segment', '/products/../admin', '/./products'),
  ...paths(
    'path-characters',
    '/products/:id',
    '/products/*',
    '/a%2fb',
    '/a b',
    '/é',
    '/a?b',
    '/a;b',
    '/a\\b',
    '/a\n',
  ),
  ...paths('path-parameter', '/products/{productId}', '/products/{}', '/a{id}', '/{id', '/{_id}', '/{a__b}'),
  ...paths('path-parameter-repeated', '/a/{id}/b/{id}'),
  ...paths('path-reserved', '/livez', '/problems/{slug}', '/.well-known/jwks.json'),
  ...['get', 'TRACE', 'CONNECT', 'NONSENSE', ''].map((method) =>
    manifest('method-known', '#/routes/0/methods/0', method),
  ),
  manifest('head-implied', '#/routes/0/methods/1', 'HEAD'),
  manifest('route-repeated', '#/routes/0/methods/1', 'GET'),
  manifest('route-repeated', '#/routes/1/methods/1', undefined, {
    '#/routes/1': { path: '/products/{id}', methods: ['DELETE', 'PATCH'], auth: 'public' },
  }),
  manifest('scopes-need-bearer', '#/routes/1/scopes', []),
  manifest('scopes-need-bearer', '#/routes/1/anyScopes', ['products:read']),
  manifest('bearer-needs-scopes', '#/routes/0/scopes', undefined, {
    '#/routes/0/scopes': undefined,
    '#/routes/0/anyScopes': undefined,
  }),
]
