import type { Fleet } from '../fleet/index.ts'
import type { Health } from '../health/health.ts'
import type { ApiKeys } from '../keys/index.ts'
import type { GatewayLimiter, Limiter } from '../limiter/index.ts'
import type { PathView } from '../observe/explain/index.ts'
import { createMetrics, type DecisionRecords, type Observer } from '../observe/index.ts'
import type { PolicyRevisions, PolicyStore } from '../policy/index.ts'
import type { Certificates } from '../tls/index.ts'
import type { Revocations } from '../tokens/index.ts'
import { candidateRoutes } from './candidates.ts'
import { draftRoutes } from './drafts.ts'
import { explainRoutes } from './explain.ts'
import { gatewayRoutes } from './gateways.ts'
import { healthRoutes } from './health.ts'
import { type AdminApp, createListener, type ListenerParts } from './http/listener.ts'
import { keyRoutes } from './keys.ts'
import { limitsRoutes } from './limits.ts'
import { metricRoutes } from './metrics.ts'
import { openApiRoutes } from './openapi.ts'
import { overrideRoutes } from './overrides.ts'
import { policyRoutes } from './policy.ts'
import { revisionRoutes } from './revisions.ts'
import { revocationRoutes } from './revocations.ts'
import { rolloutRoutes } from './rollout.ts'
import { topRoutes } from './top.ts'

export interface AdminParts extends ListenerParts {
  readonly policy: PolicyStore
  readonly revisions: PolicyRevisions
  readonly fleet: Fleet
  readonly keys: ApiKeys
  readonly revocations: Revocations
  readonly readiness: () => Health
  readonly limiter: Limiter & Partial<Pick<GatewayLimiter, 'store'>>
  readonly records: DecisionRecords
  readonly observer: Observer
  /** Of the public listener. */
  readonly certificates?: Certificates | null
  /** The rules of the public side. */
  readonly path: PathView
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/**
 * The operator's listener, kept off the public port. Each resource is one file that gets what it needs and no more;
 * what they have in common stands in `http/`. Listens to nothing and starts nothing.
 */
export function buildAdmin(parts: AdminParts): AdminApp {
  const { policy, revisions, fleet, keys, clock, readiness, limiter, records, observer, path } = parts
  const limits = { revisions, fleet, clock }
  const { tokens, revocations, certificates, adminCertificates } = parts
  const certificateEnds = () => [...endsOf('public', certificates), ...endsOf('admin', adminCertificates)]
  const store = () => limiter.store?.()
  const metrics = createMetrics({
    observer,
    policy,
    revisions,
    fleet,
    store,
    tokens,
    revocations,
    certificateEnds,
    clock,
  })
  const app = createListener(parts)
  app.register(async (scope) => {
    const admin = scope as AdminApp
    healthRoutes(admin, readiness)
    openApiRoutes(admin)
    policyRoutes(admin, policy)
    limitsRoutes(admin, limits)
    draftRoutes(admin, limits)
    revisionRoutes(admin, limits)
    overrideRoutes(admin, limits)
    rolloutRoutes(admin, limits)
    gatewayRoutes(admin, limits)
    explainRoutes(admin, { path, limiter, records, observer, policy, clock })
    metricRoutes(admin, metrics)
    candidateRoutes(admin, { policy, observer })
    topRoutes(admin, { observer })
    keyRoutes(admin, { keys, scopes: () => scopesOf(policy) })
    revocationRoutes(admin, { revocations, clock })
  })
  return app
}

function endsOf(listener: 'public' | 'admin', certificates: Certificates | null | undefined) {
  return (certificates?.status() ?? []).map(({ name, notAfter }) => ({ listener, name, notAfter }))
}

/** Every scope that a route in force asks for. */
function scopesOf(policy: PolicyStore): ReadonlySet<string> {
  const routes = policy.current().manifests.flatMap((manifest) => manifest.routes)
  return new Set(routes.flatMap(({ scopes, anyScopes }) => [...scopes, ...anyScopes]))
}
