import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { diffLimits, type LimitsPolicy, validateLimits, writeLimits } from '../src/index.ts'
import { richLimits, validLimits } from './valid.ts'

const SHIPPED = join(import.meta.dirname, '../../../gateway/policy/limits.json')

function policyOf(document: unknown): LimitsPolicy {
  const verdict = validateLimits(document)
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems))
  return verdict.limits
}

t.test('a document that spells nothing out comes out as it was written', async (t) => {
  const shipped = JSON.parse(readFileSync(SHIPPED, 'utf8'))
  for (const document of [validLimits(), richLimits(), shipped]) {
    const written = writeLimits(policyOf(document))
    t.same(written, document)
    t.equal(JSON.stringify(written.tiers), JSON.stringify(document.tiers), 'in the same order')
  }
})

t.test('what goes without saying is left out', async (t) => {
  const plain = validLimits()
  const { standard, anonymous } = plain.tiers
  const spelt = {
    ...plain,
    tiers: {
      standard: { ...standard, per: 'client', onStoreFailure: 'share', legacyHeaders: false, schedules: [] },
      anonymous: { ...anonymous, per: 'address' },
    },
    overrides: [],
    candidates: {},
  }
  t.same(writeLimits(policyOf(spelt)), plain)
})

t.test('a moment with an offset is the same moment in UTC', async (t) => {
  const document = richLimits()
  for (const override of document.overrides) override.from = '2026-11-22T08:30:00+01:00'
  t.equal(policyOf(document).overrides[0]?.from, Date.parse('2026-11-22T07:30:00Z'))
  t.equal(writeLimits(policyOf(document)).overrides?.[0]?.from, '2026-11-22T07:30:00Z')
})

t.test('a candidate has the limits of its tier with its own in their place', async (t) => {
  const { candidates } = policyOf(richLimits())
  t.same(
    candidates.tighter?.limits.map(({ name, quota }) => `${name} ${quota}`),
    ['burst 60', 'sustained 3000', 'daily 100000', 'monthly 1000000', 'flights 20'],
  )
})

t.test('a client with a name that objects inherit keeps its tier', async (t) => {
  const document = JSON.parse(JSON.stringify(validLimits()).replace('"demo"', '"__proto__"'))
  const policy = policyOf(document)
  t.same(Object.entries(policy.clients), [['__proto__', 'standard']])
  t.same(Object.entries(writeLimits(policy).clients), [['__proto__', 'standard']])
})

const per = fc.constantFrom('user', 'address', 'claim:tenant', undefined)
const quota = fc.integer({ min: 1, max: 1_000 })
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', undefined)
const limit = fc.oneof(
  fc.record({ quota, window: fc.integer({ min: 1, max: 3_600 }), per }),
  fc.record({ quota, period: fc.constantFrom('day', 'month'), timeZone: zone, per }),
  fc.record({ concurrent: quota, per }),
)
const limits = (...names: string[]) =>
  fc.dictionary(fc.constantFrom(...names), limit, { minKeys: 1, noNullPrototype: true })
const time = fc
  .integer({ min: 0, max: 1_439 })
  .map((minutes) => new Date(minutes * 60_000).toISOString().slice(11, 16))
const schedule = fc.record({
  name: fc.constantFrom('day', 'night', 'lunch'),
  days: fc.uniqueArray(fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), { minLength: 1 }),
  from: time,
  until: fc.constant('24:00'),
  timeZone: zone,
  limits: limits('hourly', 'extra'),
})
const HOUR = 3_600_000
const override = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c'),
    client: fc.constantFrom('demo', 'new'),
    start: fc.integer({ min: 0, max: 2e12 }),
    hours: fc.integer({ min: 1, max: 700 }),
    limits: limits('lease'),
  })
  .map(({ start, hours, ...rest }) => ({
    ...rest,
    from: new Date(start).toISOString(),
    until: new Date(start + hours * HOUR).toISOString(),
    reason: 'why',
  }))
const candidate = fc.record({
  tier: fc.constant('standard'),
  limits: limits('tried'),
  rollout: fc.record({ percent: fc.integer({ min: 0, max: 100 }) }),
  guardrail: fc.option(
    fc.record({ maxRefused: fc.double({ min: 0, max: 1, noNaN: true }), minCalls: quota }),
    { nil: undefined },
  ),
})
const document = fc
  .record({
    limits: limits('a', 'b', 'c'),
    onStoreFailure: fc.constantFrom('share', 'closed', 'open', undefined),
    legacyHeaders: fc.constantFrom(true, false, undefined),
    schedules: fc.uniqueArray(schedule, { selector: ({ name }) => name }),
    overrides: fc.uniqueArray(override, { selector: ({ id }) => id }),
    candidates: fc.dictionary(fc.constantFrom('one', 'two'), candidate, { noNullPrototype: true }),
  })
  .map(({ overrides, candidates, ...tier }) => {
    const { tiers, ...plain } = validLimits()
    return JSON.parse(
      JSON.stringify({ ...plain, tiers: { ...tiers, standard: tier }, overrides, candidates }),
    )
  })

t.test('a policy written and read again is the same policy', async (t) => {
  fc.assert(
    fc.property(document, (document) => {
      const policy = policyOf(document)
      const written = writeLimits(policy)
      const again = policyOf(JSON.parse(JSON.stringify(written)))
      t.same(again, policy)
      t.same(writeLimits(again), written)
      t.same(diffLimits(policy, again), [])
    }),
    { numRuns: 100 },
  )
})

t.test('two policies that say different things have a difference in words', async () => {
  fc.assert(
    fc.property(document, document, (one, other) => {
      const [before, after] = [policyOf(one), policyOf(other)]
      const changes = diffLimits(before, after)
      const same = JSON.stringify(writeLimits(before)) === JSON.stringify(writeLimits(after))
      if (changes.length === 0) return same || sorted(before) === sorted(after)
      return changes.every(({ text, path }) => !/undefined|\[object|NaN/.test(text) && path.startsWith('#/'))
    }),
    { numRuns: 150 },
  )
})

/** The same policy whatever the order of its limits, which decides nothing. */
function sorted(policy: LimitsPolicy): string {
  return JSON.stringify(writeLimits(policy), (_, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
