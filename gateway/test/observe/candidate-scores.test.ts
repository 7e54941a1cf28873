import type { Decision, LimitPlan } from '@stockgate/rate-limit'
import t from 'tap'
import { CandidateScores } from '../../src/observe/candidate-scores.ts'
import { limitsOf, policyOf, SHOP } from '../kit/gateway.ts'

const LIMITS = {
  ...limitsOf({ quota: 5, window: 60 }),
  candidates: { tighter: { tier: 'standard', limits: { burst: { quota: 1, window: 60 } } } },
}

function scored(client: string, planner: ReturnType<typeof policyOf>['planner']): [LimitPlan, Decision] {
  const caller = { clientId: client, sub: client, address: '192.0.2.1', claims: {} }
  const plan = planner.plan(caller, { service: 'shop', limits: [] }, 0)
  const candidates = [{ candidate: 'tighter', allowed: false, violated: ['burst'] }]
  const told = { allowed: true, cost: 1, limits: [], retryAfter: 0, receipt: null } as const
  return [plan, { ...told, candidates, decidedBy: 'memory' }]
}

t.test('clients beyond those that are told apart are one row, and none is lost from the sums', async (t) => {
  const policy = policyOf(LIMITS, [SHOP])
  const scores = new CandidateScores(10)
  scores.adopt(policy)
  for (let number = 0; number < 5_000; number++) {
    const client = `c${number}`
    scores.count(...scored(client, policy.planner), client)
  }
  const score = scores.scores().get('tighter')
  t.match(score, { calls: 5_000, wouldRefuse: 5_000 })
  t.equal(score?.clients.size, 11)
  t.match(score?.clients.get('c9'), { calls: 1 })
  t.match(score?.clients.get('others'), { calls: 4_990, wouldRefuse: 4_990, liveRefused: 0 })
})

t.test('a candidate that the policy names no more has no score', async (t) => {
  const scores = new CandidateScores()
  const policy = policyOf(LIMITS, [SHOP])
  scores.adopt(policy)
  scores.adopt(policyOf({ ...LIMITS, candidates: {} }, [SHOP]))
  scores.count(...scored('late', policy.planner), 'late')
  t.equal(scores.scores().size, 0)
})
