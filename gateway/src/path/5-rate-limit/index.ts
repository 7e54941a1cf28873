import type { Charge, Decision, LimitPlan, RouteFacts } from '@stockgate/rate-limit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import { emitters, legacyFields } from '../../limiter/rate-limit-fields/index.ts'
import { enter, type Gateway, type RoutePlan, type Stage } from '../context.ts'
import { callerOf, countedAddress } from './caller.ts'
import { quotaRefusal, reducedCapacity } from './refusals.ts'
import { createSettlement } from './settle.ts'
import { usageOf } from './usage.ts'

const NAME = '5-rate-limit'

/**
 * One decision over all limits that the policy has for this caller on this route, at the price of the route. Refuses
 * with 429 and names each limit; every answer to a decided request carries RateLimit-Policy and RateLimit. When the
 * response has ended, the true cost is booked and the places of concurrency limits are free again.
 */
export const rateLimit: Stage = {
  name: NAME,

  install: (app, gateway) => {
    const { limiter, clock } = gateway
    const act = createAct(gateway)

    app.decorate('settleUp', createSettlement(gateway))
    app.decorate('countedAddress', countedAddress)
    app.decorate('usageOf', (request) => usageOf(request, gateway))

    app.addHook('onRequest', (request, reply, done) => {
      enter(request, NAME)
      const { plan } = request
      if (plan === null || plan.facts === null) return done()
      const now = clock()
      const limits = request.policy.planner.plan(callerOf(request), plan.facts, now)
      request.limitPlan = limits
      request.decidedAt = now
      const charge: Charge = { owner: limits.owner, groups: limits.groups, cost: plan.cost }
      const decision = limiter.decide(charge, limits)
      // Only the shared counters of Redis need waiting for.
      if (!(decision instanceof Promise)) return done(act(request, reply, plan, limits, decision))
      decision.then((late) => done(act(request, reply, plan, limits, late)), done)
    })
  },
}

/** Where the rule for an outage of the counters decided, nobody knows what is left of the limits. */
function isCounted({ decidedBy }: Decision): boolean {
  return decidedBy !== 'open' && decidedBy !== 'closed'
}

/** Makes what a decision means for its request: fields for the client, news for those who count, and maybe a refusal. */
function createAct({ settings, limiter, onDecision }: Gateway) {
  const emitter = emitters[settings.RATE_LIMIT_DRAFT]

  return (
    request: FastifyRequest,
    reply: FastifyReply,
    route: RoutePlan,
    plan: LimitPlan,
    decision: Decision,
  ): Refusal | undefined => {
    request.decision = decision
    onDecision?.(plan, decision, request.client?.clientId ?? null, request.decidedAt)
    if (request.over) {
      // The client left before its limits were known: its line is written, and nobody else will free its places.
      if (decision.receipt !== null) limiter.release(decision.receipt)
      return new Refusal('GW_CLIENT_GONE')
    }
    const { counters } = plan.groups[0]
    const policy = emitter.policy(counters, decision)
    if (policy !== '') reply.header('ratelimit-policy', policy)
    if (isCounted(decision)) {
      const state = emitter.state(counters, decision)
      if (state !== '') reply.header('ratelimit', state)
      if (plan.legacyHeaders) reply.headers(legacyFields(decision))
    }
    if (decision.allowed) return undefined

    if (decision.decidedBy === 'closed') {
      request.verdict = 'refused'
      return reducedCapacity(decision)
    }
    const violated = decision.limits.filter((limit) => limit.violated).map(({ name }) => name)
    request.verdict = 'limited'
    request.limitHit = violated.join(' ')
    limiter.note(plan.owner, {
      at: request.decidedAt,
      requestId: request.id,
      method: request.method,
      route: route.pattern,
      violated,
      retryAfter: decision.retryAfter,
    })
    return quotaRefusal(plan, route.facts as RouteFacts, decision)
  }
}
