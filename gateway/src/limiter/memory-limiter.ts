import { boundedKey } from './bounded-key.ts'
import { decisionOf } from './decision.ts'
import { type ArrivalTime, assertCost, decideAll } from './gcra.ts'
import type { Decision, Limiter, LimitSpec } from './limiter.ts'

export interface MemoryLimiterOptions {
  /** Whole microseconds of a clock that never goes back. */
  readonly now?: () => number
  /** How many counters (one per key and limit) may live at once. */
  readonly maxCounters?: number
}

/** The process's monotonic clock, in whole microseconds. */
export const monotonicMicros = (): number => Math.floor(performance.now() * 1000)

/** How many counters a decision looks at in passing for each it may add, and how many while there is no room. */
const LOOKS_PER_LIMIT = 2
const LOOKS_WHEN_FULL = 64
const LANES = 1024

/**
 * The limiter of one process.
 *
 * Its memory is bounded, yet no client is ever freed of a limit early. A counter whose arrival time has passed is
 * a full bucket, the same as no counter: every decision looks at more counters in passing than it may add, and drops
 * such ones, so none outlives its meaning by more than a round. When `maxCounters` of them are all in debt,
 * none is dropped: a key that has none then counts in one of a fixed number of shared lanes, picked by its hash.
 * Newcomers may be refused sooner while that lasts; those already counted notice nothing. When there is room
 * again a newcomer's own counter starts with the debt of its lane, so changing over frees nobody either.
 */
export class MemoryLimiter implements Limiter {
  readonly #now: () => number
  readonly #maxCounters: number
  readonly #counters = new Map<string, ArrivalTime>()
  /** At most LANES per limit name. */
  readonly #lanes = new Map<string, ArrivalTime>()
  #sweep = this.#counters.entries()

  constructor({ now = monotonicMicros, maxCounters = 200_000 }: MemoryLimiterOptions = {}) {
    this.#now = now
    this.#maxCounters = maxCounters
  }

  /** The number of counters held, lanes included. */
  get size(): number {
    return this.#counters.size + this.#lanes.size
  }

  decide(key: string, limits: readonly LimitSpec[], cost: number): Decision {
    assertCost(cost)
    const now = this.#now()
    const full = this.#counters.size >= this.#maxCounters
    this.#dropSettled(now, full ? LOOKS_WHEN_FULL : LOOKS_PER_LIMIT * limits.length)
    const subject = boundedKey(key)
    const names = limits.map((limit) => `${limit.name} ${subject}`)
    const states = limits.map((limit, index) => this.#read(names[index] as string, limit, subject))
    const { verdicts, next } = decideAll(states, limits, cost, now)
    for (const [index, limit] of limits.entries()) {
      const state = next[index]
      if (state) this.#write(names[index] as string, limit, subject, state)
    }
    return decisionOf(limits, cost, verdicts)
  }

  ready(): boolean {
    return true
  }

  async close(): Promise<void> {
    this.#counters.clear()
    this.#lanes.clear()
  }

  #read(name: string, limit: LimitSpec, subject: string): ArrivalTime | undefined {
    const own = this.#counters.get(name)
    if (own || this.#lanes.size === 0) return own
    return this.#lanes.get(laneOf(limit, subject))
  }

  #write(name: string, limit: LimitSpec, subject: string, state: ArrivalTime): void {
    if (this.#counters.size < this.#maxCounters || this.#counters.has(name)) this.#counters.set(name, state)
    else this.#lanes.set(laneOf(limit, subject), state)
  }

  #dropSettled(now: number, looks: number): void {
    for (let look = 0; look < looks; look++) {
      const step = this.#sweep.next()
      if (step.done) {
        this.#sweep = this.#counters.entries()
        if (this.#lanes.size > 0) this.#dropSettledLanes(now)
        return
      }
      const [name, state] = step.value
      if (state.micros < now) this.#counters.delete(name)
    }
  }

  #dropSettledLanes(now: number): void {
    for (const [name, state] of this.#lanes) if (state.micros < now) this.#lanes.delete(name)
  }
}

/** The lane of a key that found no room (FNV-1a, which spreads short texts well enough for a thousand lanes). */
function laneOf(limit: LimitSpec, subject: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < subject.length; index++) {
    hash = Math.imul(hash ^ subject.charCodeAt(index), 0x01000193)
  }
  return `${limit.name} ${(hash >>> 0) % LANES}`
}
