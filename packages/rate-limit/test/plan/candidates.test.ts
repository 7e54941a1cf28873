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
const TIGHTER = { tier: 'standard', limits: { burst: { quota: 50, window: 1 } } }
const clients = Array.from({ length: 2_000 }, (_, n) => `client-${n}`)

function rolledOut(name: string, percent: number): Set<string> {
  const planner = createPlanner(policyOf({ candidates: { [name]: { ...TIGHTER, rollout: { percent } } } }))
  return new Set(clients.filter((id) => planner.plan(callerOf(id), ANY_ROUTE, NOW).rolledOut === name))
}

t.test('candidates of the tier are scored beside the live limits, route limits stay out of it', async (t) => {
  const candidates = { tighter: TIGHTER, elsewhere: { ...TIGHTER, tier: 'partner' } }
  const plan = createPlanner(policyOf({ candidates })).plan(callerOf('demo'), EXPORTS, NOW)
  t.same(
    plan.groups.map(({ candidate }) => candidate),
    [null, 'tighter'],
  )
  t.same(countersOf(plan), [
    [
      '{client:demo}:standard:burst 100',
      '{client:demo}:standard:daily 5000',
      '{client:demo}:route-products:exports 5',
    ],
    ['{client:demo}:candidate-tighter:burst 50', '{client:demo}:candidate-tighter:daily 5000'],
  ])
  t.match(plan, { rolledOut: null, guarded: false, rule: 'client "demo" is in tier "standard"' })
})

t.test(
  "a rollout goes on with the scored counters of what it changes and the tier's of the rest",
  async (t) => {
    const candidates = { tighter: { ...TIGHTER, rollout: { percent: 100 } } }
    const plan = createPlanner(policyOf({ candidates })).plan(callerOf('demo'), ANY_ROUTE, NOW)
    t.same(countersOf(plan), [
      ['{client:demo}:candidate-tighter:burst 50', '{client:demo}:standard:daily 5000'],
    ])
    t.match(plan, { tier: 'standard', rolledOut: 'tighter', rule: 'rollout of candidate "tighter" to 100 %' })
  },
)

t.test('who is in a rollout stays in while it grows', async (t) => {
  let earlier = new Set<string>()
  for (const percent of [0, 1, 10, 25, 50, 99, 100]) {
    const now = rolledOut('tighter', percent)
    t.ok(
      [...earlier].every((id) => now.has(id)),
      `at ${percent} %`,
    )
    t.ok(Math.abs(now.size / clients.length - percent / 100) < 0.04, `${now.size} of ${clients.length}`)
    earlier = now
  }
  t.equal(rolledOut('tighter', 0).size, 0)
  t.equal(earlier.size, clients.length)
})

t.test('another candidate meets other clients first', async (t) => {
  const [one, other] = [rolledOut('tighter', 20), rolledOut('looser', 20)]
  const both = [...one].filter((id) => other.has(id)).length
  t.ok(both < one.size / 2, `${both} of ${one.size}`)
})

t.test('a guardrail watches the clients it protects, all of the rollout where it names none', async (t) => {
  const guarded = (protect: string[] | undefined, client: string, percent = 100) => {
    const guardrail = { maxRefused: 0.01, ...(protect && { protect }) }
    const candidates = { tighter: { ...TIGHTER, rollout: { percent }, guardrail } }
    return createPlanner(policyOf({ candidates })).plan(callerOf(client), ANY_ROUTE, NOW).guarded
  }
  t.equal(guarded(['demo'], 'demo'), true)
  t.equal(guarded(['demo'], 'other'), false)
  t.equal(guarded(undefined, 'other'), true)
  t.equal(guarded(['demo'], 'demo', 0), false, 'nothing to watch before the rollout')
})

t.test('a candidate stands over the schedule where it changes a limit, an override over both', async (t) => {
  const hours = { name: 'sunday', days: ['sun'], from: '00:00', until: '24:00' }
  const limits = { burst: { quota: 300, window: 1 }, daily: { ...STANDARD.limits.daily, quota: 9 } }
  const tiers = {
    standard: { ...STANDARD, schedules: [{ ...hours, limits }] },
    partner: PARTNER,
    anonymous: ANONYMOUS,
  }
  const candidates = { tighter: { ...TIGHTER, rollout: { percent: 100 } } }
  const lease = {
    id: 'o',
    client: 'demo',
    reason: 'r',
    from: '2026-11-22T08:00:00Z',
    until: '2026-11-22T13:00:00Z',
  }
  const overrides = [{ ...lease, limits: { burst: { quota: 7, window: 1 } } }]
  const planner = createPlanner(policyOf({ tiers, candidates, overrides }))
  const quotas = (client: string) =>
    planner.plan(callerOf(client), ANY_ROUTE, NOW).groups[0].counters.map(({ spec }) => spec.quota)
  t.same(quotas('other'), [50, 9])
  t.same(quotas('demo'), [7, 9])
})

t.test('calls without a client are rolled out by address', async (t) => {
  const candidates = {
    tighter: { tier: 'anonymous', limits: { burst: { quota: 5, window: 1 } }, rollout: { percent: 50 } },
  }
  const planner = createPlanner(policyOf({ candidates }))
  const plans = Array.from({ length: 100 }, (_, n) =>
    planner.plan(callerOf(null, { address: `192.0.2.${n}` }), ANY_ROUTE, NOW),
  )
  const out = plans.filter((plan) => plan.rolledOut === 'tighter').length
  t.ok(out > 20 && out < 80, `${out} of 100`)
})
