import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { LIMITS, startOperated } from '../admin/operated.ts'
import { until } from '../kit/gateway.ts'

const burst = { quota: 1, window: 60 }
const candidate = (guardrail: object, limits: object = { burst }) => ({
  tighter: { tier: 'standard', limits, guardrail, rollout: { percent: 100 } },
})

t.test('a revert that cannot be kept is tried again until it is, and complained of once', async (t) => {
  const redis = await startRedis(t)
  const limits = { ...LIMITS, candidates: candidate({ maxRefused: 0, minCalls: 3 }) }
  const gateway = await startOperated(t, { redisUrl: redis.url, limits })
  await redis.stop()
  for (let call = 0; call < 5; call++) await gateway.visit('acme')
  const complaints = () =>
    gateway.log.filter(({ msg }) => msg === 'a guardrail could not take a rollout back yet').length
  await until(() => complaints() === 1, 'the complaint')
  t.equal(gateway.revisions.inForce(), 1)
  await startRedis(t, { port: redis.port })
  await until(() => gateway.revisions.inForce() === 2, 'the rollout was taken back')
  t.match(gateway.revisions.current(), { kind: 'guardrail', reason: /refused 4 of 5 calls/ })
  t.equal(complaints(), 1)
})

t.test('limits that the candidate leaves as they are count for nothing', async (t) => {
  const standard = { limits: { burst: { quota: 1, window: 60 }, sustained: { quota: 50, window: 600 } } }
  const limits = {
    ...LIMITS,
    tiers: { ...LIMITS.tiers, standard },
    candidates: candidate({ maxRefused: 0, minCalls: 2 }, { sustained: { quota: 3, window: 600 } }),
  }
  const gateway = await startOperated(t, { limits })
  for (let call = 0; call < 9; call++) await gateway.visit('acme')
  const { items } = (await gateway.operate('/limits/candidates')).json as { items: object[] }
  t.match(items, [{ calls: 9, would_refuse: 8, refused_by: { burst: 8 } }])
  t.equal(gateway.revisions.current().revision, 1)
})

t.test('calls decided without the shared counters are not judged', async (t) => {
  const limits = { ...LIMITS, candidates: candidate({ maxRefused: 0, minCalls: 1 }) }
  const gateway = await startOperated(t, { limits })
  const { planner } = gateway.policy.current()
  const caller = { clientId: 'acme', sub: 'acme', address: '192.0.2.1', claims: {} }
  const plan = planner.plan(caller, { service: 'shop', limits: [] }, Date.now())
  const { name, kind } = plan.groups[0].counters[0]?.spec ?? { name: '', kind: 'rate' }
  const state = { name, kind, quota: 1, window: 60, remaining: 0, reset: 60, violated: true }
  const refused = { allowed: false, cost: 1, candidates: [], retryAfter: 60, receipt: null }
  const decision = { ...refused, limits: [{ ...state, id: plan.groups[0].counters[0]?.id ?? '' }] }
  gateway.observer.onDecision(plan, { ...decision, decidedBy: 'share' }, 'acme', Date.now())
  t.equal(gateway.revisions.current().revision, 1)
  gateway.observer.onDecision(plan, { ...decision, decidedBy: 'redis' }, 'acme', Date.now())
  await until(() => gateway.revisions.inForce() === 2, 'the same decided by Redis is judged')
})
