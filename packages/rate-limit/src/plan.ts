import type { LimitSpec, OnStoreFailure } from '@stockgate/policy-schema'
import type { Group } from './charge.ts'

/** What is known of a caller when limits are chosen. */
export interface CallerFacts {
  /** Null on public routes. */
  readonly clientId: string | null
  readonly sub: string | null
  /** Canonical; an IPv6 address stands for its /64. */
  readonly address: string
  readonly claims: Readonly<Record<string, string>>
}

/** What the matched route adds. */
export interface RouteFacts {
  readonly service: string
  /** Extra limits of the route. */
  readonly limits: readonly LimitSpec[]
}

/** Which limits a request is held against at one moment, and by which rule. */
export interface LimitPlan {
  /** The tier the client is in. */
  readonly tier: string
  /**
   * The rule that chose these limits, for people: `client "demo" is in tier "standard"`, `override ovr_… until …`,
   * `schedule "office-hours" of tier "standard"`, `rollout of candidate "tighter" to 25 %`; of several the strongest
   * first, joined by `, over `.
   */
  readonly rule: string
  readonly owner: string
  readonly groups: readonly [Group, ...Group[]]
  readonly onStoreFailure: OnStoreFailure
  /** Whether answers carry X-RateLimit-* too. */
  readonly legacyHeaders: boolean
  /** The candidate whose limits are in force for this client through its rollout; null otherwise. */
  readonly rolledOut: string | null
  /** True where a guardrail watches over this client. */
  readonly guarded: boolean
}

/** Chooses limits by one immutable policy. */
export interface Planner {
  /** `now` in milliseconds since the epoch. The same facts give the same object until a rule's time begins or ends. */
  plan(caller: CallerFacts, route: RouteFacts, now: number): LimitPlan
}
