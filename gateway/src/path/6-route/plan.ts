import type { Route } from '@stockgate/policy-schema'
import type { RoutePlan } from '../context.ts'

/** The plan of a manifest's route. */
export function planOf(service: string, route: Route): RoutePlan {
  const { path, auth, scopes, anyScopes, cost, deadlineMs } = route
  return Object.freeze({ pattern: path, service, auth, scopes, anyScopes, cost, deadlineMs })
}

/** The plan of a route the gateway answers itself: open to everyone, limited by address alone. */
export function ownPlan(pattern: string): RoutePlan {
  return Object.freeze({
    pattern,
    service: null,
    auth: 'public',
    scopes: [],
    anyScopes: [],
    cost: 0,
    deadlineMs: 0,
  })
}
