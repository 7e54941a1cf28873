import type { Charge, Counter, LimitState, RefusalNote, RouteFacts } from '@stockgate/rate-limit'
import type { FastifyRequest } from 'fastify'
import type { Gateway } from '../context.ts'
import { callerOf } from './caller.ts'
import { reducedCapacity } from './refusals.ts'

/** No route in particular: only what the tier says. */
const ANY_ROUTE: RouteFacts = Object.freeze({ service: '', limits: [] })

/** What a caller may read about itself: its limits, by which rule, what is left of them and what was refused last. */
export async function usageOf(
  request: FastifyRequest,
  { limiter, clock }: Pick<Gateway, 'limiter' | 'clock'>,
): Promise<object> {
  const plan = request.policy.planner.plan(callerOf(request), ANY_ROUTE, clock())
  const [inForce] = plan.groups
  // At no cost nothing but a full concurrency limit is in the way, and `reset` is when all of a quota is there again.
  const charge: Charge = { owner: plan.owner, groups: [inForce], cost: 0 }
  const [decision, refusals] = await Promise.all([limiter.peek(charge, plan), limiter.refusals(plan.owner)])
  if (decision.decidedBy === 'closed') throw reducedCapacity(decision)
  return {
    tier: plan.tier,
    rule: plan.rule,
    revision: request.policy.number,
    limits: decision.limits.map((state, at) => limitOf(state, inForce.counters[at] as Counter, plan.owner)),
    last_refusals: refusals.map(refusalOf),
  }
}

function limitOf(state: LimitState, { spec }: Counter, owner: string): object {
  const { name, kind, quota, window, remaining, reset } = state
  return { name, kind, quota, window, remaining, reset, per: spec.per ?? kindOf(owner) }
}

/** `client:demo` is counted by client, `claim:tenant:acme` by that claim. */
function kindOf(owner: string): string {
  const [kind = '', claim] = owner.split(':', 2)
  return kind === 'claim' ? `claim:${claim}` : kind
}

function refusalOf({ at, requestId, method, route, violated, retryAfter }: RefusalNote): object {
  return {
    at: new Date(at).toISOString(),
    request_id: requestId,
    method,
    route,
    violated,
    retry_after: retryAfter,
  }
}
