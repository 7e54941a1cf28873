import type { FastifyInstance } from 'fastify'
import { type Health, type HealthStatus, healthOf } from '../../health/health.ts'
import type { GatewayLimiter } from '../../limiter/index.ts'
import type { Gateway } from '../context.ts'

/** Whether requests should be sent to this gateway. */
export function readinessOf(app: FastifyInstance, { policy, limiter, tokens }: Gateway): Health {
  return healthOf({
    policy: policyStatus(policy),
    issuer_keys: keysStatus(tokens),
    rate_limits: limitsStatus(limiter),
    ...(app.draining && { shutdown: 'fail' as const }),
  })
}

/** With the keys of one issuer the callers of that one are served; those of the others get a 503. */
function keysStatus(tokens: Gateway['tokens']): HealthStatus {
  if (!tokens.keysKnown()) return 'fail'
  return tokens.allKeysKnown() ? 'pass' : 'warn'
}

/** Without Redis each gateway still limits, by counters of its own: worth a look, no reason to stay away. */
function limitsStatus(limiter: Gateway['limiter'] & Partial<GatewayLimiter>): HealthStatus {
  if (!limiter.ready()) return 'fail'
  return limiter.store?.().decides === 'share' ? 'warn' : 'pass'
}

/** Without Redis what was last in force goes on; only changes are not heard of. */
function policyStatus(policy: Gateway['policy']): HealthStatus {
  if (policy.current().manifests.length === 0) return 'fail'
  return policy.synced() ? 'pass' : 'warn'
}
