import type { LimitSpec } from '@stockgate/policy-schema'

/** One counter that a request is held against. */
export interface Counter {
  readonly spec: LimitSpec
  /**
   * Names the counter among all of them: `{<owner>}:<set>:<limit>[:<part>]`. The braces put all counters of one owner
   * into one slot of a Redis cluster, where one script may reach them together.
   */
  readonly id: string
}

/**
 * Counters that are decided together: all of them fit or the group refuses. No counter stands in two groups of one
 * charge, or it would be spent from twice.
 */
export interface Group {
  /** Null for the limits in force, else the candidate that is scored beside them. */
  readonly candidate: string | null
  readonly counters: readonly Counter[]
}

/** Everything one request is held against. */
export interface Charge {
  /** Whose budget it spends, such as `client:demo`; the text between the braces of every counter's id. */
  readonly owner: string
  /**
   * The group in force first, then one for each candidate. A candidate never refuses a request. It is scored on every
   * request as if it were in force, also on those that the limits in force refuse, and spends what it would have
   * admitted itself. Only places of its concurrency limits are held for requests alone that are really in flight.
   */
  readonly groups: readonly [Group, ...Group[]]
  /** Units taken from each rate and each calendar quota, a whole number. A concurrency limit takes one place. */
  readonly cost: number
}
