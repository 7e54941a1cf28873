import type { LimitSpec } from '@stockgate/policy-schema'

export type { LimitSpec }

/** Where one limit stands after a decision. */
export interface LimitState {
  readonly name: string
  readonly quota: number
  readonly window: number
  /** Whole units a next request could take now. */
  readonly remaining: number
  /**
   * Whole seconds, rounded up: until the whole quota is there again or, for a violated limit, until this cost
   * fits. It is the `t` of the RateLimit field.
   */
  readonly reset: number
  readonly violated: boolean
}

/** The answer to one request, decided over all of its limits at once. */
export interface Decision {
  readonly allowed: boolean
  readonly cost: number
  /** In the order the limits were given. */
  readonly limits: readonly LimitState[]
  /** Whole seconds, 0 when allowed; never earlier than the `reset` of any violated limit. */
  readonly retryAfter: number
}

/**
 * Decides whether a request may pass. A refused request spends nothing, from no limit. A limiter is total: when
 * its store is gone it still decides, and it never rejects because of an outage.
 */
export interface Limiter {
  /**
   * @param key whose budget: requests with the same key share it
   * @param limits the limits of the tier; the name tells the counters of one key apart
   * @param cost units to take from each limit, a whole number
   */
  decide(key: string, limits: readonly LimitSpec[], cost: number): Decision | Promise<Decision>
  /** Whether it can decide. A lost store does not change that. */
  ready(): boolean
  close(): Promise<void>
}
