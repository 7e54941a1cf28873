import type { Route } from '@stockgate/policy-schema'
import type { RoutePlan } from '../context.ts'

/** The plan of a manifest's route; `bodyLimit` holds where it names none. */
export function planOf(service: string, route: Route, bodyLimit: number): RoutePlan {
  const { path, auth, scopes, anyScopes, cost, deadlineMs, limits } = route
  const facts = Object.freeze({ service, limits })
  const { encodedSlash, requestEncodings, proof } = route
  const demands = { auth, scopes, anyScopes, cost, deadlineMs, encodedSlash, requestEncodings, proof }
  return Object.freeze({ pattern: path, service, ...demands, bodyLimit: route.bodyLimit ?? bodyLimit, facts })
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
    bodyLimit: 0,
    encodedSlash: false,
    requestEncodings: [],
    proof: null,
    facts: null,
  })
}
