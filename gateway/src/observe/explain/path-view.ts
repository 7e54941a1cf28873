import type { RouteFacts } from '@stockgate/rate-limit'

/** What a route of the request path demands. */
export interface RouteRule {
  readonly pattern: string
  /** Null for the gateway's own routes. */
  readonly service: string | null
  readonly auth: 'bearer' | 'public'
  readonly scopes: readonly string[]
  readonly anyScopes: readonly string[]
  readonly cost: number
  /** Null where no limits apply. */
  readonly facts: RouteFacts | null
}

/** The rules of the request path that an explanation needs, asked of the path itself: no second copy can differ. */
export interface PathView {
  /** The code of what is wrong with a request target; null where it is looked up. */
  targetFault(target: string, method: string): string | null
  routeFor(method: string, path: string): RouteRule | null
  /** In words, which scope of a route these are short of; null where they suffice. */
  lacking(rule: Pick<RouteRule, 'scopes' | 'anyScopes'>, scopes: ReadonlySet<string>): string | null
  /** The address, or network, that calls from an address are counted by. */
  countedAddress(address: string): string
}
