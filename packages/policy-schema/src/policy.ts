/**
 * What a valid policy is once read: the written shorthand resolved, every default filled in, all of it frozen.
 * The gateway, the command line and tests work with these and never with the raw documents.
 */

/** One named limit of a tier: at most `quota` units at once, given back evenly over `window` seconds. */
export interface LimitSpec {
  readonly name: string
  readonly quota: number
  /** In seconds. */
  readonly window: number
}

/** A named set of limits that clients are put into; `limits` stand in the order of the document. */
export interface Tier {
  readonly name: string
  readonly limits: readonly LimitSpec[]
}

/** limits.json. The records have no prototype, so a client called `constructor` is just a name. */
export interface LimitsPolicy {
  readonly tiers: Readonly<Record<string, Tier>>
  /** Client id to tier name. */
  readonly clients: Readonly<Record<string, string>>
  /** The tier of a known caller that `clients` does not name. */
  readonly defaultTier: string
  /** The tier of calls to public routes, which are counted by address. */
  readonly anonymousTier: string
}

/** One entry of a gateway.json. */
export interface Route {
  /** As written: `/products/{product_id}`. */
  readonly path: string
  /** Upper case; HEAD is present wherever GET is. */
  readonly methods: readonly string[]
  readonly auth: 'bearer' | 'public'
  /** The token needs all of these. */
  readonly scopes: readonly string[]
  /** The token needs one of these; empty means no such demand. */
  readonly anyScopes: readonly string[]
  /** Units that one call takes from every limit of the tier. */
  readonly cost: number
  readonly deadlineMs: number
  readonly description?: string
}

/** gateway.json: the routes one service offers through the gateway. */
export interface Manifest {
  readonly service: string
  readonly routes: readonly Route[]
}

/** One fault in a policy document. */
export interface PolicyProblem {
  /** Where: a JSON Pointer as a fragment, such as `#/tiers/standard/limits/burst/quota`. */
  readonly pointer: string
  /** The name of the rule that is broken. */
  readonly rule: string
  /** What is wrong and how to mend it, in one sentence. */
  readonly message: string
}

/** What a validator answers: never half a policy. */
export type Refusal = { readonly ok: false; readonly problems: readonly PolicyProblem[] }
