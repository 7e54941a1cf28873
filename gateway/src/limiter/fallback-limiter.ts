import type { Decision, Limiter, LimitSpec } from './limiter.ts'

/** Counters shared with other gateways; rejects when they cannot be reached in time. */
export interface SharedCounters {
  reachable(): boolean
  decide(key: string, limits: readonly LimitSpec[], cost: number): Promise<Decision>
  close(): Promise<void>
}

/** The part of a pino logger this needs. */
export interface LimiterLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface FallbackLimiterOptions {
  readonly shared: SharedCounters
  readonly local: Limiter
  readonly log: LimiterLog
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

/** Shared counters count as back once they have answered for so long without a failure in between. */
const STEADY_MS = 1_000

/**
 * Decides with the shared counters and, while they are out of reach, with counters of its own: an outage of the
 * store is never the client's error, and never lifts its limits. Each change of side is logged once, and a store that
 * answers now and then is not a change. An answer that comes too late is dropped, though the store counted it: the
 * request was made, so that is right.
 */
export class FallbackLimiter implements Limiter {
  readonly #shared: SharedCounters
  readonly #local: Limiter
  readonly #log: LimiterLog
  readonly #now: () => number
  #side: 'shared' | 'local' = 'shared'
  /** Decisions made alone since the shared counters were lost, and ever. */
  #alone = 0
  #aloneEver = 0
  #lastFailure = 0

  constructor({ shared, local, log, now = () => performance.now() }: FallbackLimiterOptions) {
    this.#shared = shared
    this.#local = local
    this.#log = log
    this.#now = now
  }

  /** Which counters decide at present. */
  get side(): 'shared' | 'local' {
    return this.#side
  }

  /** How many decisions were made without the shared counters since the start. */
  get localDecisions(): number {
    return this.#aloneEver
  }

  async decide(key: string, limits: readonly LimitSpec[], cost: number): Promise<Decision> {
    if (!this.#shared.reachable()) return this.#decideAlone('not connected', key, limits, cost)
    try {
      const decision = await this.#shared.decide(key, limits, cost)
      this.#cameBack()
      return decision
    } catch (error) {
      if (error instanceof RangeError) throw error
      return this.#decideAlone(error instanceof Error ? error.message : String(error), key, limits, cost)
    }
  }

  ready(): boolean {
    return this.#local.ready()
  }

  async close(): Promise<void> {
    await Promise.all([this.#shared.close(), this.#local.close()])
  }

  #decideAlone(reason: string, key: string, limits: readonly LimitSpec[], cost: number) {
    if (this.#side === 'shared') {
      this.#side = 'local'
      this.#alone = 0
      this.#log.warn({ reason }, 'rate limits are counted by this gateway alone: Redis does not answer')
    }
    this.#lastFailure = this.#now()
    this.#alone++
    this.#aloneEver++
    return this.#local.decide(key, limits, cost)
  }

  #cameBack(): void {
    if (this.#side === 'shared' || this.#now() - this.#lastFailure < STEADY_MS) return
    this.#side = 'shared'
    this.#log.info({ decidedAlone: this.#alone }, 'rate limits are shared again: Redis answers')
  }
}
