import type { Tier } from '@stockgate/policy-schema'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import { type Decision, rateLimitFields } from '../../limiter/index.ts'
import { enter, type Stage } from '../context.ts'
import { bucketOf } from './bucket.ts'

const NAME = '5-rate-limit'

/**
 * One decision over all limits of the client's tier, at the price of the route. Refuses with 429 and names the
 * limit; every answer to a decided request carries RateLimit-Policy and RateLimit.
 */
export const rateLimit: Stage = {
  name: NAME,

  install: (app, { limiter }) => {
    app.addHook('onRequest', (request, reply, done) => {
      enter(request, NAME)
      const { plan, client } = request
      if (plan === null || plan.service === null) return done()
      const tier = request.policy.tierOf(client?.clientId)
      request.tier = tier.name
      const decision = limiter.decide(bucketOf(tier.name, client, request), tier.limits, plan.cost)
      // Only the shared counters of Redis need waiting for.
      if (!(decision instanceof Promise)) return done(act(request, reply, tier, decision))
      decision.then((late) => done(act(request, reply, tier, late)), done)
    })
  },
}

function act(
  request: FastifyRequest,
  reply: FastifyReply,
  tier: Tier,
  decision: Decision,
): Refusal | undefined {
  const fields = rateLimitFields(decision, tier.limits)
  if (fields !== undefined) reply.headers({ ...fields })
  if (decision.allowed) return undefined
  const violated = decision.limits.filter((limit) => limit.violated)
  request.verdict = 'limited'
  request.limitHit = violated.map(({ name }) => name).join(' ')
  const named = violated
    .map(({ name, quota, window }) => `"${name}" (${quota} per ${window} s)`)
    .join(' and ')
  return new Refusal('GW_QUOTA', {
    detail: `The limit ${named} of tier "${tier.name}" is reached; come back in ${decision.retryAfter} s.`,
    extensions: { 'violated-policies': violated.map(({ name }) => name) },
  })
}
