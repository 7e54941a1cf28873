import type { FastifyInstance } from 'fastify'
import { type Health, type HealthStatus, healthOf } from '../../health/health.ts'
import type { GatewayLimiter } from '../../limiter/index.ts'
import type { Gateway } from '../context.ts'

/** Whether requests should be sent to this gateway. */
export function readinessOf(app: FastifyInstance, { policy, limiter }: Gateway): Health {
  return healthOf({
    policy: policyStatus(policy),
    issuer_keys: app.keysKnown() ? 'pass' : 'fail',
    rate_limits: limitsStatus(limiter),
    ...(app.draining && { shutdown: 'fail' as const }),
  })
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
