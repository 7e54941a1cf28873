import type { Fleet } from '../fleet/index.ts'
import type { Health } from '../health/health.ts'
import type { PolicyRevisions, PolicyStore } from '../policy/index.ts'
import { draftRoutes } from './drafts.ts'
import { gatewayRoutes } from './gateways.ts'
import { healthRoutes } from './health.ts'
import { type AdminApp, createListener, type ListenerParts } from './http/listener.ts'
import { limitsRoutes } from './limits.ts'
import { openApiRoutes } from './openapi.ts'
import { overrideRoutes } from './overrides.ts'
import { policyRoutes } from './policy.ts'
import { revisionRoutes } from './revisions.ts'
import { rolloutRoutes } from './rollout.ts'

export interface AdminParts extends ListenerParts {
  readonly policy: PolicyStore
  readonly revisions: PolicyRevisions
  readonly fleet: Fleet
  readonly readiness: () => Health
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/**
 * The operator's listener, kept off the public port. Each resource is one file that gets what it needs and no more;
 * what they have in common stands in `http/`. Listens to nothing and starts nothing.
 */
export function buildAdmin(parts: AdminParts): AdminApp {
  const { policy, revisions, fleet, log, clock, readiness } = parts
  const limits = { revisions, fleet, log, clock }
  const app = createListener(parts)
  app.register(async (scope) => {
    const admin = scope as AdminApp
    healthRoutes(admin, readiness)
    openApiRoutes(admin)
    policyRoutes(admin, { policy, revisions })
    limitsRoutes(admin, limits)
    draftRoutes(admin, limits)
    revisionRoutes(admin, limits)
    overrideRoutes(admin, limits)
    rolloutRoutes(admin, limits)
    gatewayRoutes(admin, limits)
  })
  return app
}
