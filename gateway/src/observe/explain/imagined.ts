import type { CallerFacts, Charge, Limiter, LimitPlan, RouteFacts } from '@stockgate/rate-limit'
import type { PolicySnapshot } from '../../policy/index.ts'
import { type AuthStep, type Explanation, limitsOf, NO_LIMITS } from './explanation.ts'
import type { PathView, RouteRule } from './path-view.ts'

/** A call that nobody has made. */
export interface ImaginedCall {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly client?: string | undefined
  /** The client itself where it is absent. */
  readonly sub?: string | undefined
  readonly claims?: Readonly<Record<string, string>> | undefined
  readonly address?: string | undefined
  /** Scopes are not judged where they are absent. */
  readonly scopes?: readonly string[] | undefined
}

export interface ImagineParts {
  readonly path: PathView
  readonly limiter: Pick<Limiter, 'peek'>
  /** The one in force. */
  readonly policy: PolicySnapshot
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** The limits of this call are counted by the address, and none was given. */
export class AddressNeeded extends Error {
  constructor() {
    super('is needed: this call is counted by its address')
    this.name = 'AddressNeeded'
  }
}

/** How a call would fare now, step by step as the request path takes them. Spends nothing. */
export async function explainImagined(call: ImaginedCall, parts: ImagineParts): Promise<Explanation> {
  const { path, policy } = parts
  const revision = policy.number
  const fault = path.targetFault(call.target, call.method)
  const route = fault === null ? path.routeFor(call.method, call.target) : null
  if (route === null) {
    const verdict = fault === null || fault === 'GW_NO_ROUTE' ? 'unmatched' : 'refused'
    return { ...NO_LIMITS, route: null, service: null, auth: [], verdict, revision }
  }
  const { pattern, service } = route
  const met = { route: pattern, service, revision }
  if (route.auth === 'bearer' && call.client === undefined) {
    const auth: AuthStep[] = [{ step: 'credential', outcome: `${NEEDED}, and none is given: 401` }]
    return { ...NO_LIMITS, ...met, auth, verdict: 'unauthenticated' }
  }
  const lacking =
    route.auth === 'public' || call.scopes === undefined ? null : path.lacking(route, new Set(call.scopes))
  const auth = stepsOf(route, call, lacking)
  const passed = lacking === null ? 'admitted' : 'forbidden'
  if (route.facts === null) return { ...NO_LIMITS, ...met, auth, verdict: passed }
  const plan = planOf(call, route, route.facts, parts)
  const charge: Charge = { owner: plan.owner, groups: plan.groups, cost: route.cost }
  const decision = await parts.limiter.peek(charge, plan)
  const limits = limitsOf(plan, decision)
  // Limits come before scopes: who lacks a scope is limited all the same.
  const verdict = decision.allowed ? passed : limits.violated.length > 0 ? 'limited' : 'refused'
  return { ...limits, ...met, auth, verdict }
}

const NEEDED = 'an access token or an API key is needed'

function stepsOf(route: RouteRule, { client, scopes }: ImaginedCall, lacking: string | null): AuthStep[] {
  if (route.auth === 'public')
    return [{ step: 'credential', outcome: 'none is needed; one that is sent is not looked at' }]
  const credential: AuthStep = { step: 'credential', outcome: `${NEEDED}; taken to be one of "${client}"` }
  const demanded = demandOf(route)
  if (demanded === null) return [credential, { step: 'scopes', outcome: 'none are needed' }]
  if (scopes === undefined)
    return [credential, { step: 'scopes', outcome: `${demanded}; none are given, so not judged` }]
  const outcome = lacking === null ? `${demanded}; held` : `${demanded}; not held: 403`
  return [credential, { step: 'scopes', outcome }]
}

/** In words, which scopes a route needs; null where it needs none. */
export function demandOf({ scopes, anyScopes }: Pick<RouteRule, 'scopes' | 'anyScopes'>): string | null {
  const needs = [...scopes]
  if (anyScopes.length > 0) needs.push(`one of ${anyScopes.join(', ')}`)
  return needs.length === 0 ? null : `needs ${needs.join(' and ')}`
}

/** On a public route nobody looks at who calls, so there only the address counts. */
function planOf(
  { client, sub, claims = {}, address }: ImaginedCall,
  route: RouteRule,
  facts: RouteFacts,
  { path, policy, now }: ImagineParts,
): LimitPlan {
  const counted = address === undefined ? '' : path.countedAddress(address)
  const caller: CallerFacts =
    route.auth === 'public' || client === undefined
      ? { clientId: null, sub: null, address: counted, claims: {} }
      : { clientId: client, sub: sub ?? client, address: counted, claims }
  const plan = policy.planner.plan(caller, facts, now)
  if (address === undefined && isByAddress(plan)) throw new AddressNeeded()
  return plan
}

function isByAddress({ owner, groups }: LimitPlan): boolean {
  return (
    owner.startsWith('address:') ||
    groups.some(({ counters }) => counters.some(({ spec }) => spec.per === 'address'))
  )
}
