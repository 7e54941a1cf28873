/** Where one limit stands after a decision. */
export interface LimitState {
  readonly name: string
  readonly kind: 'rate' | 'calendar' | 'concurrency'
  readonly quota: number
  /** In seconds: the window of a rate, the length of the running period of a calendar quota; null for concurrency. */
  readonly window: number | null
  /** Whole units, or places, that a next request could take now. */
  readonly remaining: number
  /**
   * Whole seconds, rounded up. Of a rate: until the whole quota is there again or, when violated, until this cost
   * fits. Of a calendar quota: until its period ends. Null for concurrency, which nobody can foretell.
   */
  readonly reset: number | null
  readonly violated: boolean
  /** The counter's id. */
  readonly id: string
}

/** How a candidate would have decided the same request. */
export interface CandidateVerdict {
  readonly candidate: string
  readonly allowed: boolean
  /** Names of the limits it would have hit. */
  readonly violated: readonly string[]
}

/**
 * Who decided: the process's own counters because it counts alone (`memory`), the shared ones (`redis`), this
 * gateway's share while those are out of reach (`share`), or the rule for that case (`open`, `closed`).
 */
export type DecidedBy = 'memory' | 'redis' | 'share' | 'open' | 'closed'

/** What an admitted request has taken; needed to give it back, to settle its true cost and to free its places. */
export interface Receipt {
  readonly owner: string
  readonly cost: number
  readonly decidedBy: DecidedBy
  /** For the limiter that wrote it alone. */
  readonly taken: unknown
}

/** The answer to one request, decided over all of its limits at once. */
export interface Decision {
  readonly allowed: boolean
  readonly cost: number
  /** Of the group in force, in its order. */
  readonly limits: readonly LimitState[]
  readonly candidates: readonly CandidateVerdict[]
  /** Whole seconds, 0 when allowed; never earlier than the `reset` of any violated limit, at least 1 when refused. */
  readonly retryAfter: number
  readonly decidedBy: DecidedBy
  /** Null when refused. */
  readonly receipt: Receipt | null
}

/** A refusal as it is kept for the client to look at. */
export interface RefusalNote {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly requestId: string
  readonly method: string
  readonly route: string
  readonly violated: readonly string[]
  readonly retryAfter: number
}
