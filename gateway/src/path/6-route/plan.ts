import type { Route } from '@stockgate/policy-schema'
import type { RoutePlan } from '../context.ts'

/** The plan of a manifest's route. */
export function planOf(service: string, route: Route): RoutePlan {
  const { path, auth, scopes, anyScopes, cost, deadlineMs, limits } = route
  const facts = Object.freeze({ service, limits })
  return Object.freeze({ pattern: path, service, auth, scopes, anyScopes, cost, deadlineMs, facts })
}

/** The plan of a route the gateway answers itself: free of charge, and open to everyone unless told otherwise. */
export function ownPlan(pattern: string, auth: RoutePlan['auth'] = 'public'): RoutePlan {
  return Object.freeze({
    pattern,
    service: null,
    auth,
    scopes: [],
    anyScopes: [],
    cost: 0,
    deadlineMs: 0,
    facts: null,
  })
}
