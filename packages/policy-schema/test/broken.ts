import { richLimits, validLimits, validManifest } from './valid.ts'

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

const rich = (rule: string, pointer: string, value?: unknown, others?: object): Broken =>
  broken(richLimits(), rule, pointer, value, others)

const manifest = (rule: string, pointer: string, value?: unknown, others?: object): Broken =>
  broken(validManifest(), rule, pointer, value, others)

const paths = (rule: string, ...written: string[]): Broken[] =>
  written.map((path) => manifest(rule, '#/routes/0/path', path))

const ANONYMOUS = '#/tiers/anonymous/limits/burst'
const STANDARD = '#/tiers/standard/limits'
const SCHEDULE = '#/tiers/standard/schedules/0'
const OVERRIDE = '#/overrides/0'
const CANDIDATE = '#/candidates/tighter'
const RATE = { quota: 1, window: 1 }
const ROUTE_LIMITS = '#/routes/0/limits'
const TIER = { limits: { burst: { quota: 1, window: 1 } } }

/** Limits of every kind. */
const brokenLimitKinds: readonly Broken[] = [
  limits('wrong-type', `${ANONYMOUS}/concurrent`, undefined, { [ANONYMOUS]: { concurrent: 1.5 } }),
  limits('limit-name', `${STANDARD}/Burst`, RATE),
  limits('limit-name', `${STANDARD}/__proto__`, RATE),
  limits(
    'tier-empty',
    STANDARD,
    Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`limit-${n}`, RATE])),
  ),
  limits('limit-kind', ANONYMOUS, { quota: 5 }),
  limits('limit-kind', ANONYMOUS, {}),
  limits('limit-kind', ANONYMOUS, { quota: 5, window: 1, period: 'day' }),
  limits('limit-kind', ANONYMOUS, { concurrent: 5, window: 1 }),
  limits('limit-quota', `${ANONYMOUS}/quota`, undefined, { [ANONYMOUS]: { window: 1 } }),
  limits('limit-quota', `${ANONYMOUS}/quota`, undefined, { [ANONYMOUS]: { period: 'day' } }),
  limits('limit-quota', `${ANONYMOUS}/quota`, undefined, { [ANONYMOUS]: { concurrent: 5, quota: 5 } }),
  limits('limit-zone', `${ANONYMOUS}/timeZone`, 'UTC'),
  limits('period-kind', `${ANONYMOUS}/period`, undefined, { [ANONYMOUS]: { quota: 5, period: 'week' } }),
  ...['Berlin', 'Europe/Berlni', '+01:00', '', 'europe/berlin'].map((timeZone) =>
    limits('known-time-zone', `${ANONYMOUS}/timeZone`, undefined, {
      [ANONYMOUS]: { quota: 5, period: 'day', timeZone },
    }),
  ),
  ...[0, 100_001].map((concurrent) =>
    limits('concurrent-range', `${ANONYMOUS}/concurrent`, undefined, { [ANONYMOUS]: { concurrent } }),
  ),
  ...['ip', 'claim:', 'claim:a b', ''].map((per) => limits('per-kind', `${STANDARD}/burst/per`, per)),
  limits('limit-per', `${STANDARD}/burst/per`, 'client'),
  limits('limit-per', `${STANDARD}/burst/per`, 'user', {
    '#/tiers/standard/per': 'user',
    [`${STANDARD}/burst/per`]: 'user',
  }),
  limits('limit-per', `${ANONYMOUS}/per`, 'address'),
  ...['client', 'user', 'claim:tenant'].map((per) => limits('anonymous-per', '#/tiers/anonymous/per', per)),
  limits('anonymous-per', `${ANONYMOUS}/per`, 'user'),
  limits('store-failure-kind', '#/tiers/standard/onStoreFailure', 'fail'),
  limits('wrong-type', '#/tiers/standard/legacyHeaders', 'yes'),
  ...['candidate-a', 'route-products'].map((name) => limits('tier-reserved', `#/tiers/${name}`, TIER)),
]

/** Schedules, overrides and candidates. */
const brokenTimes: readonly Broken[] = [
  rich('wrong-type', '#/tiers/standard/schedules', {}),
  rich('missing-key', `${SCHEDULE}/days`),
  rich('schedule-name', `${SCHEDULE}/name`, 'Office hours'),
  rich('schedule-day', `${SCHEDULE}/days/0`, 'monday'),
  rich('schedule-days', `${SCHEDULE}/days`, []),
  rich('schedule-days', `${SCHEDULE}/days`, ['mon', 'mon']),
  ...['8:00', '24:00', '08:60'].map((from) => rich('schedule-from', `${SCHEDULE}/from`, from)),
  ...['18', '24:01', '18:00:00'].map((until) => rich('schedule-until', `${SCHEDULE}/until`, until)),
  rich('schedule-times', `${SCHEDULE}/until`, '08:00'),
  rich('schedule-empty', `${SCHEDULE}/limits`, {}),
  rich('known-time-zone', `${SCHEDULE}/timeZone`, 'Europe/Atlantis'),
  rich('schedule-repeated', '#/tiers/standard/schedules/1/name', 'office-hours'),
  rich('limit-kind-kept', `${SCHEDULE}/limits/burst`, { concurrent: 5 }),
  rich('limit-kind-kept', `${SCHEDULE}/limits/burst`, { ...RATE, per: 'user' }),
  ...['', 'a b', 'a/b'].map((id) => rich('override-id', `${OVERRIDE}/id`, id)),
  rich('client-id', `${OVERRIDE}/client`, 'two words'),
  rich('known-tier', `${OVERRIDE}/tier`, 'gold'),
  rich('override-limits', `${OVERRIDE}/limits`, {}),
  rich('limit-kind-kept', `${OVERRIDE}/limits/burst`, { quota: 5, period: 'day' }),
  rich('override-empty', OVERRIDE, undefined, { [`${OVERRIDE}/limits`]: undefined }),
  rich('missing-key', `${OVERRIDE}/until`),
  rich('missing-key', `${OVERRIDE}/reason`),
  ...['2026-11-22', '2026-11-22T08:00', '22.11.2026', 'now'].map((from) =>
    rich('moment-form', `${OVERRIDE}/from`, from),
  ),
  ...[
    '2026-11-31T08:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T08:61:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-22T08:00:00+25:00',
  ].map((from) => rich('moment-exists', `${OVERRIDE}/from`, from)),
  ...['2026-11-22T08:00:00Z', '2026-11-22T08:30:00+01:00', '2026-12-24T00:00:00Z'].map((until) =>
    rich('override-length', `${OVERRIDE}/until`, until),
  ),
  ...['', '   ', 'two\nlines', 'x'.repeat(301)].map((reason) =>
    rich('override-reason', `${OVERRIDE}/reason`, reason),
  ),
  rich('override-repeated', '#/overrides/1/id', 'ovr_1'),
  rich('candidate-name', '#/candidates/Tighter', { tier: 'standard', limits: { burst: RATE } }),
  rich('candidate-is-tier', '#/candidates/anonymous', { tier: 'standard', limits: { burst: RATE } }),
  rich(
    'candidates-many',
    '#/candidates',
    Object.fromEntries(
      Array.from({ length: 17 }, (_, n) => [`c${n}`, { tier: 'standard', limits: { burst: RATE } }]),
    ),
  ),
  rich('known-tier', `${CANDIDATE}/tier`, 'gold'),
  rich('candidate-empty', `${CANDIDATE}/limits`, {}),
  rich('limit-per', `${CANDIDATE}/limits/users/per`, undefined, {
    [`${CANDIDATE}/limits/users`]: { ...RATE, per: 'client' },
  }),
  rich('limit-kind-kept', `${CANDIDATE}/limits/burst`, { quota: 5, period: 'month' }),
  ...[-1, 101].map((percent) => rich('percent-range', `${CANDIDATE}/rollout/percent`, percent)),
  rich('wrong-type', `${CANDIDATE}/rollout/percent`, 2.5),
  rich('guardrail-protect', `${CANDIDATE}/guardrail/protect`, ['demo', 'demo']),
  ...[-0.1, 1.1].map((share) => rich('guardrail-share', `${CANDIDATE}/guardrail/maxRefused`, share)),
  rich('wrong-type', `${CANDIDATE}/guardrail/maxRefused`, '1 %'),
  rich('guardrail-calls', `${CANDIDATE}/guardrail/minCalls`, 0),
]

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
  ...brokenLimitKinds,
  ...brokenTimes,
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
  manifest('body-limit-range', '#/routes/0/bodyLimit', -1),
  manifest('body-limit-range', '#/routes/0/bodyLimit', 1_073_741_825),
  manifest('request-encodings-list', '#/routes/0/requestEncodings', ['gzip', 'gzip']),
  manifest('request-encoding', '#/routes/0/requestEncodings/0', undefined, {
    '#/routes/0/requestEncodings': ['lzma'],
  }),
  manifest('proof-kind', '#/routes/0/proof', 'password'),
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
  manifest('demands-need-bearer', '#/routes/1/scopes', []),
  manifest('demands-need-bearer', '#/routes/1/anyScopes', ['products:read']),
  manifest('demands-need-bearer', '#/routes/1/proof', 'dpop'),
  manifest('bearer-needs-scopes', '#/routes/0/scopes', undefined, {
    '#/routes/0/scopes': undefined,
    '#/routes/0/anyScopes': undefined,
  }),
  manifest('route-limits', ROUTE_LIMITS, {}),
  manifest('limit-name', `${ROUTE_LIMITS}/Exports`, undefined, {
    [ROUTE_LIMITS]: { Exports: { quota: 5, window: 60 } },
  }),
  manifest('quota-range', `${ROUTE_LIMITS}/exports/quota`, undefined, {
    [ROUTE_LIMITS]: { exports: { quota: 0, window: 60 } },
  }),
  manifest('window-range', `${ROUTE_LIMITS}/exports/window`, undefined, {
    [ROUTE_LIMITS]: { exports: { quota: 5, window: 0 } },
  }),
  manifest('period-kind', `${ROUTE_LIMITS}/exports/period`, undefined, {
    [ROUTE_LIMITS]: { exports: { quota: 5, period: 'year' } },
  }),
  manifest('concurrent-range', `${ROUTE_LIMITS}/exports/concurrent`, undefined, {
    [ROUTE_LIMITS]: { exports: { concurrent: 0 } },
  }),
  manifest('per-kind', `${ROUTE_LIMITS}/exports/per`, undefined, {
    [ROUTE_LIMITS]: { exports: { quota: 5, window: 1, per: 'ip' } },
  }),
  manifest('limit-kind', `${ROUTE_LIMITS}/exports`, undefined, { [ROUTE_LIMITS]: { exports: { quota: 5 } } }),
  manifest('limit-quota', `${ROUTE_LIMITS}/exports/quota`, undefined, {
    [ROUTE_LIMITS]: { exports: { window: 5 } },
  }),
  manifest('limit-zone', `${ROUTE_LIMITS}/exports/timeZone`, undefined, {
    [ROUTE_LIMITS]: { exports: { concurrent: 5, timeZone: 'UTC' } },
  }),
  manifest('known-time-zone', `${ROUTE_LIMITS}/exports/timeZone`, undefined, {
    [ROUTE_LIMITS]: { exports: { quota: 5, period: 'day', timeZone: 'Mars' } },
  }),
  manifest('limit-cost', `${ROUTE_LIMITS}/exports/quota`, undefined, {
    [ROUTE_LIMITS]: { exports: { quota: 1, window: 60 } },
  }),
  manifest('limit-differs', '#/routes/1/limits/exports', undefined, {
    [ROUTE_LIMITS]: { exports: { quota: 5, window: 60 } },
    '#/routes/1/limits': { exports: { quota: 5, window: 61 } },
  }),
  manifest('limit-per-public', '#/routes/1/limits/tries/per', undefined, {
    '#/routes/1/limits': { tries: { quota: 5, window: 60, per: 'user' } },
  }),
]
