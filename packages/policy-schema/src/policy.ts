/**
 * What a valid policy is once read: the written shorthand resolved, every default filled in, all of it frozen.
 * The gateway, the command line and tests work with these and never with the raw documents.
 */

/** What a limit is counted by, within the budget of its owner: each user, each address, each value of a claim apart. */
export type Partition = 'client' | 'user' | 'address' | `claim:${string}`

/** What one limit of any kind has. */
interface AnyLimit {
  readonly name: string
  readonly quota: number
  /** A finer count than the owner's; null where the whole owner shares one counter. */
  readonly per: Partition | null
}

/** At most `quota` units at once, given back evenly over `window` seconds (GCRA). */
export interface RateLimit extends AnyLimit {
  readonly kind: 'rate'
  /** In seconds. */
  readonly window: number
}

/** At most `quota` units in each day or month of a time zone. */
export interface CalendarLimit extends AnyLimit {
  readonly kind: 'calendar'
  readonly period: 'day' | 'month'
  /** An IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string
}

/** At most `quota` requests in flight. */
export interface ConcurrencyLimit extends AnyLimit {
  readonly kind: 'concurrency'
}

/** One named limit of a tier or a route. */
export type LimitSpec = RateLimit | CalendarLimit | ConcurrencyLimit

/** A part of the week in which limits of a tier differ. */
export interface Schedule {
  readonly name: string
  /** 1 is Monday, 7 Sunday. */
  readonly days: readonly number[]
  /** Minutes since midnight; `until` is not included and may be earlier than `from`: then it lies on the next day. */
  readonly from: number
  readonly until: number
  readonly timeZone: string
  /** Instead of the tier's limits of these names, or besides them. */
  readonly limits: readonly LimitSpec[]
}

/** What holds while the shared counters are out of reach: a part of the limit, nothing passes, everything passes. */
export type OnStoreFailure = 'share' | 'closed' | 'open'

/** A named set of limits that clients are put into; `limits` stand in the order of the document. */
export interface Tier {
  readonly name: string
  /** Whose budget it is: all counters of a request belong to this owner. */
  readonly per: Partition
  readonly limits: readonly LimitSpec[]
  /** The first that holds at a moment is in force. */
  readonly schedules: readonly Schedule[]
  readonly onStoreFailure: OnStoreFailure
  readonly legacyHeaders: boolean
}

/** Other limits for one client for a while: a lease that ends by each gateway's own clock. */
export interface Override {
  readonly id: string
  readonly client: string
  /** Put into this tier meanwhile; null where only limits change. */
  readonly tier: string | null
  /** Instead of the tier's limits of these names, or besides them. */
  readonly limits: readonly LimitSpec[]
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly until: number
  readonly reason: string
}

/** Reverts a rollout by itself: when more than this share of the calls of protected clients is refused. */
export interface Guardrail {
  /** Client ids; empty means every client in the rollout. */
  readonly protect: readonly string[]
  /** From 0 to 1. */
  readonly maxRefused: number
  /** Calls that must have been seen before it judges. */
  readonly minCalls: number
}

/** Limits that are scored beside the live ones of a tier, or already in force for a part of its clients. */
export interface Candidate {
  readonly name: string
  readonly tier: string
  /** The whole list: the tier's limits with those the candidate names in their place. */
  readonly limits: readonly LimitSpec[]
  /** Share of the tier's clients it is in force for, 0 to 100, by the hash of the client id. */
  readonly rolloutPercent: number
  readonly guardrail: Guardrail | null
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
  /** In the order of the document; of several that hold for a client at once, the last is in force. */
  readonly overrides: readonly Override[]
  readonly candidates: Readonly<Record<string, Candidate>>
}

/** A content coding of a request body. */
export type RequestEncoding = 'br' | 'deflate' | 'gzip' | 'zstd'

/** Proof of possession: DPoP (RFC 9449), a client certificate (RFC 8705), or either. */
export type Proof = 'dpop' | 'certificate' | 'any'

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
  /** Largest request body in bytes; null means the gateway's own bound. */
  readonly bodyLimit: number | null
  /** Whether a parameter of the path may hold `%2F`. */
  readonly encodedSlash: boolean
  /** Content codings a request body may come in; the service gets it decoded. */
  readonly requestEncodings: readonly RequestEncoding[]
  /** How the caller has to show that the token is its own; null where a bound token alone has to. */
  readonly proof: Proof | null
  /** Limits of this route besides those of the tier; routes of a manifest that name the same one share it. */
  readonly limits: readonly LimitSpec[]
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
