import fc from 'fast-check'
import t from 'tap'
import { createPlanner } from '../../src/index.ts'
import {
  ANONYMOUS,
  ANY_ROUTE,
  at,
  callerOf,
  countersOf,
  EXPORTS,
  PARTNER,
  policyOf,
  STANDARD,
} from './policy.ts'

const NOW = at('2026-11-22T12:00:00Z')

t.test('a client is held against the limits of its tier', async (t) => {
  const planner = createPlanner(policyOf())
  const plan = planner.plan(callerOf('demo'), ANY_ROUTE, NOW)
  t.match(plan, { tier: 'standard', owner: 'client:demo', onStoreFailure: 'share', legacyHeaders: false })
  t.equal(plan.rule, 'client "demo" is in tier "standard"')
  t.same(countersOf(plan), [['{client:demo}:standard:burst 100', '{client:demo}:standard:daily 5000']])
  t.match(planner.plan(callerOf('new'), ANY_ROUTE, NOW), {
    owner: 'client:new',
    rule: 'client "new" is not listed and so in tier "standard"',
  })
  t.ok(Object.isFrozen(plan) && Object.isFrozen(plan.groups[0].counters))
})

t.test('calls without a client are counted by address, each in a plan of its own', async (t) => {
  const planner = createPlanner(policyOf())
  const plan = planner.plan(callerOf(null), ANY_ROUTE, NOW)
  t.same(countersOf(plan), [['{address:203.0.113.7}:anonymous:burst 10']])
  t.equal(plan.rule, 'calls without a client are in tier "anonymous"')
  t.equal(
    planner.plan(callerOf(null, { address: '203.0.113.8' }), ANY_ROUTE, NOW).owner,
    'address:203.0.113.8',
  )
})

t.test('a client in the tier of anonymous calls is one client from every address', async (t) => {
  const planner = createPlanner(policyOf())
  for (const address of ['203.0.113.7', '203.0.113.8'])
    t.equal(planner.plan(callerOf('crawler', { address }), ANY_ROUTE, NOW).owner, 'client:crawler')
})

t.test('a tier is counted by user or claim, and by the client where a call has none', async (t) => {
  const tiers = {
    standard: { ...STANDARD, per: 'user' },
    partner: { ...PARTNER, per: 'claim:tenant' },
    anonymous: ANONYMOUS,
  }
  const planner = createPlanner(policyOf({ tiers }))
  const owner = (...caller: Parameters<typeof callerOf>) =>
    planner.plan(callerOf(...caller), ANY_ROUTE, NOW).owner
  t.equal(owner('demo', { sub: '42' }), 'user:42')
  t.equal(owner('demo', { sub: '43' }), 'user:43')
  t.equal(owner('demo'), 'client:demo')
  t.equal(owner('shop', { claims: { tenant: 'acme' } }), 'claim:tenant:acme')
  t.equal(owner('shop', { claims: { tenant: 'zeta' } }), 'claim:tenant:zeta')
  t.equal(owner('shop'), 'client:shop')
})

t.test('a limit that counts finer than its tier has a counter for each part', async (t) => {
  const limits = {
    ...STANDARD.limits,
    inflight: { concurrent: 3, per: 'user' },
    desks: { quota: 9, window: 1, per: 'claim:desk' },
  }
  const planner = createPlanner(
    policyOf({ tiers: { standard: { limits }, partner: PARTNER, anonymous: ANONYMOUS } }),
  )
  const ids = (more: object) => countersOf(planner.plan(callerOf('demo', more), ANY_ROUTE, NOW))[0]?.slice(2)
  t.same(ids({ sub: '42', claims: { desk: 'a' } }), [
    '{client:demo}:standard:inflight:user:42 3',
    '{client:demo}:standard:desks:claim:desk:a 9',
  ])
  t.same(ids({}), ['{client:demo}:standard:inflight 3', '{client:demo}:standard:desks 9'])
})

t.test('limits of the route stand behind those of the tier, in a set of the service', async (t) => {
  const planner = createPlanner(policyOf())
  const plan = planner.plan(callerOf('shop'), EXPORTS, NOW)
  t.same(countersOf(plan), [['{client:shop}:partner:burst 200', '{client:shop}:route-products:exports 5']])
  const other = planner.plan(callerOf('shop'), { ...EXPORTS, service: 'orders' }, NOW)
  t.same(countersOf(other)[0]?.[1], '{client:shop}:route-orders:exports 5')
})

t.test('texts that are long or could pass for something else are hashed', async (t) => {
  const planner = createPlanner(policyOf())
  const owners = ['a}b', 'x'.repeat(200), 'auth0|42', '~hash'].map(
    (id) => planner.plan(callerOf(id), ANY_ROUTE, NOW).owner,
  )
  for (const owner of owners) t.match(owner, /^client:~[\w-]{43}$/)
  t.equal(new Set(owners).size, owners.length)
})

t.test('the name and the value of a claim cannot be moved into each other', async (t) => {
  const owner = (per: string, claims: Record<string, string>) => {
    const tiers = { standard: { ...STANDARD, per }, partner: PARTNER, anonymous: ANONYMOUS }
    return createPlanner(policyOf({ tiers })).plan(callerOf('demo', { claims }), ANY_ROUTE, NOW).owner
  }
  t.not(owner('claim:a', { a: 'b:c' }), owner('claim:a:b', { 'a:b': 'c' }))
})

t.test('the same facts give the same plan while nothing begins or ends', async (t) => {
  const planner = createPlanner(policyOf())
  for (const caller of [callerOf('demo'), callerOf(null), callerOf('new', { sub: '1' })]) {
    for (const route of [ANY_ROUTE, EXPORTS]) {
      const plan = planner.plan(caller, route, NOW)
      t.equal(planner.plan({ ...caller }, route, NOW + 86_400_000), plan)
    }
  }
})

t.test('counters of a plan have ids of their own and all carry its owner', async () => {
  const per = fc.constantFrom('user', 'address', 'claim:tenant', undefined)
  const limit = fc.record(
    { quota: fc.integer({ min: 1, max: 9 }), window: fc.integer({ min: 1, max: 9 }), per },
    { requiredKeys: ['quota', 'window'] },
  )
  const limits = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), limit, {
    minKeys: 1,
    noNullPrototype: true,
  })
  const text = fc.option(fc.string({ minLength: 1, maxLength: 8 }), { nil: null })
  fc.assert(
    fc.property(
      limits,
      limits,
      limits,
      fc.integer({ min: 0, max: 100 }),
      text,
      text,
      text,
      (own, route, tighter, percent, client, sub, tenant) => {
        const clean = (set: object) => JSON.parse(JSON.stringify(set))
        const changed = Object.fromEntries(
          Object.entries(tighter).map(([name, one]) => [
            name,
            own[name] ? { ...one, per: own[name].per } : one,
          ]),
        )
        const policy = policyOf({
          tiers: { standard: { limits: clean(own) }, partner: PARTNER, anonymous: ANONYMOUS },
          candidates: {
            tighter: { tier: 'standard', limits: clean(changed), rollout: { percent } },
            other: { tier: 'standard', limits: clean(changed) },
          },
        })
        const caller = callerOf(client, { sub, claims: tenant === null ? {} : { tenant } })
        const specs = Object.entries(route).map(([name, one]) => ({
          kind: 'rate' as const,
          name,
          ...one,
          per: (one.per ?? null) as null,
        }))
        const plan = createPlanner(policy).plan(caller, { service: 's', limits: specs }, NOW)
        const ids = plan.groups.flatMap(({ counters }) => counters.map(({ id }) => id))
        return (
          new Set(ids).size === ids.length &&
          ids.every((id) => id.startsWith(`{${plan.owner}}:`) && id.indexOf('}') === plan.owner.length + 1)
        )
      },
    ),
    { numRuns: 100 },
  )
})
