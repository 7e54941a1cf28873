import type { LimitSpec } from '@stockgate/policy-schema'
import {
  boundsAt,
  type Charge,
  type Counter,
  type CounterReading,
  type Decision,
  epochMicros,
  LEASE,
  type LimitState,
  MemoryLimiter,
  type Receipt,
  SECOND,
} from '@stockgate/rate-limit'
import type { Place } from '../fleet/index.ts'
import type { Mirror } from './mirror.ts'
import { shareOfCalendar, shareOfPlaces, shareOfRate } from './share.ts'

export interface ShareLimiterOptions {
  readonly mirror: Mirror
  /** How many gateways there are, and which one this is, when the shared counters were lost. */
  readonly place: Place
  /** Places of this counter that requests hold since before. */
  readonly held: (id: string) => number
  readonly maxCounters?: number
  /** Microseconds since the epoch of a clock that never goes back. */
  readonly now?: () => number
}

/** What was admitted here alone, to be added to the shared counter, which must stand at `base` at least. */
export interface Change {
  readonly counter: Counter
  /** What was known of the shared counter when it was lost, by now. */
  readonly base: CounterReading | undefined
  /** A rate: debt of the whole limit in microseconds. A calendar quota: units. */
  readonly added: number
  /** What the whole limit stands at by now, if all gateways admitted as much as this one. */
  readonly estimate: CounterReading
  /** When this was so, in microseconds since the epoch. */
  readonly at: number
  /** Of a calendar quota: the period it was counted in, in microseconds since the epoch. */
  readonly start: number
  readonly end: number
}

/** What a receipt of a gateway on its own holds. */
export class TakenAlone {
  readonly by: ShareLimiter
  readonly share: Receipt
  readonly ledger: Receipt | null
  /** The concurrency limits in which it holds a place. */
  readonly places: readonly Counter[]
  /** What the shared counters wrote when they took the places over. */
  adopted: Receipt | null = null

  constructor(by: ShareLimiter, share: Receipt, ledger: Receipt | null, places: readonly Counter[]) {
    this.by = by
    this.share = share
    this.ledger = ledger
    this.places = places
  }
}

interface Touched {
  readonly counter: Counter
  /** As the mirror had it at the first request of this outage. */
  readonly base: CounterReading | undefined
  readonly at: number
  readonly placesBefore: number
}

/**
 * Decides for one outage of the shared counters: each counter goes on where the mirror saw it last, with this
 * gateway's share of the limit, in the same engine as ever. A second set of counters, the ledger, takes only what is
 * admitted here, so that it can be added to the shared counters when they are back. Candidates are not scored.
 */
export class ShareLimiter {
  readonly #mirror: Mirror
  readonly #place: Place
  readonly #held: (id: string) => number
  readonly #maxCounters: number
  readonly #now: () => number
  readonly #began: number
  readonly #share: MemoryLimiter
  readonly #ledger: MemoryLimiter
  readonly #holding = new Set<TakenAlone>()
  #lookAgainAt = 0
  readonly #touched = new Map<string, Touched>()

  constructor({ mirror, place, held, maxCounters = 200_000, now = epochMicros }: ShareLimiterOptions) {
    this.#mirror = mirror
    this.#place = place
    this.#held = held
    this.#maxCounters = maxCounters
    this.#now = now
    this.#began = now()
    this.#share = new MemoryLimiter({ now, maxCounters })
    this.#ledger = new MemoryLimiter({ now, maxCounters, heartbeatMs: 0 })
  }

  decide(charge: Charge): Decision {
    const shared = this.#shareOf(charge)
    const decision = this.#share.decide(shared)
    return this.#told(charge, decision, decision.receipt && this.#receipt(shared, decision.receipt))
  }

  peek(charge: Charge): Decision {
    return this.#told(charge, this.#share.peek(this.#shareOf(charge)), null)
  }

  settle({ taken }: Receipt, cost: number): void {
    if (!(taken instanceof TakenAlone) || taken.by !== this) return
    this.#share.settle(taken.share, cost)
    if (taken.ledger) this.#ledger.settle(taken.ledger, cost)
  }

  release({ taken }: Receipt): void {
    if (!(taken instanceof TakenAlone) || taken.by !== this) return
    this.#share.release(taken.share)
    this.#holding.delete(taken)
  }

  /** Receipts of requests in flight that hold places. */
  holding(): readonly TakenAlone[] {
    return [...this.#holding]
  }

  /** What was admitted since the beginning or since it was `handedOver`. */
  changes(): Change[] {
    const changes: Change[] = []
    const now = this.#now()
    for (const { counter, base, at } of this.#touched.values()) {
      const own = this.#ledger.read(counter)
      if (own === undefined || own.kind === 'concurrency') continue
      if (own.kind === 'rate') {
        // The ledger counts at the price of a share, which is so many times that of the whole limit.
        const added = Math.ceil((own.micros + (own.part > 0 ? 1 : 0)) / this.#place.size)
        const estimate = this.#share.read(counter) ?? own
        changes.push({ counter, base: agedBy(base, now - at), added, estimate, at: now, start: 0, end: 0 })
      } else if (own.count > 0) {
        const { count, start, end } = own
        const before = base?.kind === 'calendar' && base.start === start ? base.count : 0
        const estimate = { ...own, count: before + count * this.#place.size }
        changes.push({ counter, base, added: count, estimate, at: now, start, end })
      }
    }
    return changes
  }

  /** Takes what has reached the shared counters out of the ledger. */
  handedOver({ counter, added, at }: Change): void {
    const own = this.#ledger.read(counter)
    if (own?.kind === 'rate') {
      // A part of it has run off since, here as there.
      const left = Math.max(added * this.#place.size - (this.#now() - at), 0)
      const micros = Math.max(own.micros - left, 0)
      this.#ledger.write(counter, { kind: 'rate', micros, part: 0 })
    } else if (own?.kind === 'calendar') {
      this.#ledger.write(counter, { ...own, count: Math.max(own.count - added, 0) })
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#share.close(), this.#ledger.close()])
    this.#touched.clear()
  }

  #receipt(shared: Charge, share: Receipt): Receipt {
    const counters = shared.groups[0].counters.filter(({ spec }) => spec.kind !== 'concurrency')
    const ledger = this.#ledger.decide({ ...shared, groups: [{ candidate: null, counters }] }).receipt
    const places = shared.groups[0].counters.filter(({ spec }) => spec.kind === 'concurrency')
    const taken = new TakenAlone(this, share, ledger, places)
    if (places.length > 0) this.#holding.add(taken)
    return { ...share, decidedBy: 'share', taken }
  }

  /** The limits are told by their own numbers; only what remains is that of the share. */
  #told({ groups }: Charge, decision: Decision, receipt: Receipt | null): Decision {
    const limits = decision.limits.map((state, index): LimitState => {
      const { spec } = groups[0].counters[index] as Counter
      return { ...state, quota: spec.quota, window: spec.kind === 'rate' ? spec.window : state.window }
    })
    return { ...decision, limits, decidedBy: 'share', receipt }
  }

  #shareOf({ owner, groups, cost }: Charge): Charge {
    const now = this.#now()
    const counters = groups[0].counters.map((counter) => ({
      id: counter.id,
      spec: this.#specOf(counter, this.#touch(counter, now), cost, now),
    }))
    return { owner, groups: [{ candidate: null, counters }], cost }
  }

  #specOf({ id, spec }: Counter, { base, placesBefore }: Touched, cost: number, now: number): LimitSpec {
    if (spec.kind === 'rate') return shareOfRate(spec, cost, this.#place)
    if (spec.kind === 'calendar') {
      const running = base?.kind === 'calendar' && base.start === boundsAt(spec, now).start
      return shareOfCalendar(spec, running ? base.count : 0, this.#place)
    }
    const all = base?.kind === 'concurrency' ? base.inFlight : 0
    const before = now - this.#began < LEASE ? { all, own: placesBefore } : null
    return shareOfPlaces(spec, { before, held: this.#held(id) }, this.#place)
  }

  /** The first request of an outage brings a counter over from the mirror. */
  #touch(counter: Counter, now: number): Touched {
    const { id } = counter
    const known = this.#touched.get(id)
    if (known !== undefined) return known
    const base = this.#mirror.read(counter, now)
    const touched = { counter, base, at: now, placesBefore: this.#held(id) }
    if (this.#touched.size >= this.#maxCounters) this.#forgetSettled(now)
    // Without room it is not brought over: it shares a counter with others then, and is not handed back.
    if (this.#touched.size >= this.#maxCounters) return touched
    this.#touched.set(id, touched)
    if (base?.kind === 'rate') this.#share.write(counter, base)
    return touched
  }

  /** Drops counters that mean nothing any more; called only while there is no room. */
  #forgetSettled(now: number): void {
    if (now < this.#lookAgainAt) return
    this.#lookAgainAt = now + SECOND
    for (const [id, { counter }] of this.#touched) {
      if (this.#share.read(counter) === undefined) this.#touched.delete(id)
    }
  }
}

function agedBy(reading: CounterReading | undefined, micros: number): CounterReading | undefined {
  if (reading?.kind !== 'rate') return reading
  return { ...reading, micros: Math.max(reading.micros - micros, 0) }
}
