import { assertCost, decisionOf, NO_CANDIDATES, verdictOf } from './answer.ts'
import type { Charge, Counter, Group } from './charge.ts'
import { CounterBook } from './counter-book.ts'
import type { CandidateVerdict, Decision, Receipt, RefusalNote } from './decision.ts'
import { epochMicros } from './epoch-micros.ts'
import { HeldPlaces } from './held-places.ts'
import type { Limiter } from './limiter.ts'
import { RENEW_AFTER } from './places.ts'
import type { CounterReading } from './reading.ts'
import { RefusalNotes } from './refusal-notes.ts'
import { SECOND } from './span.ts'
import { correction, Taken } from './taken.ts'

export interface MemoryLimiterOptions {
  /** Whole microseconds since the epoch of a clock that never goes back. */
  readonly now?: () => number
  /** How many counters may live at once before newcomers share some. */
  readonly maxCounters?: number
  /** For how many microseconds a counter that means nothing any more is kept, in case the clock goes back. */
  readonly grace?: number
  /** How often places of long requests are renewed; 0 leaves that to who calls `renew`, for a clock of one's own. */
  readonly heartbeatMs?: number
}

/** The limiter of one process, whose memory is bounded as CounterStore describes. */
export class MemoryLimiter implements Limiter {
  readonly #now: () => number
  readonly #book: CounterBook
  readonly #notes = new RefusalNotes()
  readonly #held: HeldPlaces

  constructor({
    now = epochMicros,
    maxCounters = 200_000,
    grace = SECOND,
    heartbeatMs = RENEW_AFTER / 1_000,
  }: MemoryLimiterOptions = {}) {
    this.#now = now
    this.#book = new CounterBook({ maxCounters, grace })
    this.#held = new HeldPlaces(() => this.renew(), heartbeatMs)
  }

  /** The number of counters held. */
  get size(): number {
    return this.#book.size
  }

  decide({ owner, groups, cost }: Charge): Decision {
    assertCost(cost)
    const now = this.#now()
    this.#book.sweep(now)
    const live = groups[0]
    const standings = this.#book.standings
    const allowed = this.#book.stand(live, cost, now)
    const taken = allowed ? new Taken(this, groups.length === 1 ? groups : [live], cost, now) : null
    this.#book.leave(live, cost, now, allowed, taken)
    const receipt: Receipt | null = taken && { owner, cost, decidedBy: 'memory', taken }
    const at = { cost, now, decidedBy: 'memory' } as const
    if (groups.length === 1) return this.#hold(decisionOf(live, standings, at, NO_CANDIDATES, receipt), taken)
    // The standings of the group in force are read before those of candidates take their place.
    const verdicts: CandidateVerdict[] = []
    const decision = decisionOf(live, standings, at, verdicts, receipt)
    for (let index = 1; index < groups.length; index++) {
      const group = groups[index] as Group
      const fits = this.#book.stand(group, cost, now)
      this.#book.leave(group, cost, now, fits, taken)
      if (fits && taken) (taken.groups as Group[]).push(group)
      verdicts.push(verdictOf(group, standings))
    }
    return this.#hold(decision, taken)
  }

  peek({ groups, cost }: Charge): Decision {
    assertCost(cost)
    const now = this.#now()
    const verdicts: CandidateVerdict[] = []
    this.#book.stand(groups[0], cost, now)
    const at = { cost, now, decidedBy: 'memory' } as const
    const decision = decisionOf(groups[0], this.#book.standings, at, verdicts, null)
    for (const group of groups.slice(1)) {
      this.#book.stand(group, cost, now)
      verdicts.push(verdictOf(group, this.#book.standings))
    }
    return decision
  }

  settle({ taken }: Receipt, cost: number): void {
    if (!(taken instanceof Taken) || taken.by !== this) return
    const delta = correction(taken, cost)
    if (delta === 0) return
    const now = this.#now()
    for (const { counters } of taken.groups) {
      for (const counter of counters) this.#book.settle(counter, delta, now, taken.starts?.get(counter.id))
    }
  }

  release({ taken }: Receipt): void {
    if (!(taken instanceof Taken) || !this.#held.remove(taken)) return
    this.#book.release(taken)
  }

  /** The heartbeat: renews the places of requests that have been in flight for a while. */
  renew(): void {
    const now = this.#now()
    for (const taken of this.#held.due(now)) this.#book.renew(taken, now)
  }

  note(owner: string, refusal: RefusalNote): void {
    this.#notes.add(owner, refusal)
  }

  async refusals(owner: string): Promise<readonly RefusalNote[]> {
    return this.#notes.of(owner, this.#now() / 1_000)
  }

  /** What a counter says at present; undefined where nothing is counted. */
  read(counter: Counter): CounterReading | undefined {
    return this.#book.read(counter, this.#now())
  }

  /** Goes on with a counter from somewhere else. Places then stand for requests nobody here will release. */
  write(counter: Counter, reading: CounterReading): void {
    this.#book.write(counter, reading, this.#now())
  }

  ready(): boolean {
    return true
  }

  async close(): Promise<void> {
    this.#held.clear()
    this.#book.clear()
    this.#notes.clear()
  }

  #hold(decision: Decision, taken: Taken | null): Decision {
    if (taken !== null && taken.lease > 0) this.#held.add(taken)
    return decision
  }
}
