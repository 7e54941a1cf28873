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
import type { HandedOver } from './shared-counters.ts'

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

/** A counter to be handed over, and what to expect of it from then on. */
export interface Change extends HandedOver {
  /** What the whole limit stands at if all gateways admitted as much as this one. */
  readonly estimate: CounterReading
  /** When this was so, in microseconds since the epoch. */
  readonly at: number
}

/** What a receipt of a gateway on its own holds. */
export class TakenAlone {
  readonly by: ShareLimiter
  readonly share: Receipt
  /** The concurrency limits in which it holds a place. */
  readonly places: readonly Counter[]
  /** What the shared counters wrote when they took the places over. */
  adopted: Receipt | null = null

  constructor(by: ShareLimiter, share: Receipt, places: readonly Counter[]) {
    this.by = by
    this.share = share
    this.places = places
  }
}

interface Touched {
  readonly counter: Counter
  /** As the mirror had it at the first request of this outage. */
  readonly base: CounterReading | undefined
  readonly at: number
  readonly placesBefore: number
  /** What was handed over: a debt and when it was so, or units of a period. */
  handed: { readonly reading: CounterReading; readonly at: number } | null
}

/**
 * Decides for one outage of the shared counters: each counter goes on where the mirror saw it last, with this
 * gateway's share of the limit, in the same engine as ever. Candidates are not scored.
 */
export class ShareLimiter {
  readonly #mirror: Mirror
  readonly #place: Place
  readonly #held: (id: string) => number
  readonly #maxCounters: number
  readonly #now: () => number
  readonly #began: number
  readonly #share: MemoryLimiter
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
    if (taken instanceof TakenAlone && taken.by === this) this.#share.settle(taken.share, cost)
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

  /** What was counted since the beginning or since it was `handedOver`. */
  changes(): Change[] {
    const at = this.#now()
    const gateways = this.#place.size
    const changes: Change[] = []
    for (const touched of this.#touched.values()) {
      const { counter, handed } = touched
      const base = agedBy(touched.base, at - touched.at)
      const before = handed && agedBy(handed.reading, at - handed.at)
      if (counter.spec.kind === 'rate') {
        // A full bucket is told too: another gateway may have taken it for as empty as its own.
        const own = this.#share.read(counter) ?? { kind: 'rate', micros: 0, part: 0 }
        if (before && amountOf(before) === amountOf(own)) continue
        const handedOver = before && amountOf(before)
        changes.push({ counter, base, own, before: handedOver, gateways, estimate: own, at })
      } else if (counter.spec.kind === 'calendar') {
        const own = this.#share.read(counter)
        if (own?.kind !== 'calendar') continue
        const handedOver = samePeriod(before, own) ? amountOf(before) : null
        if (own.count <= (handedOver ?? 0)) continue
        const known = samePeriod(base, own) ? base.count : 0
        const estimate = { ...own, count: known + own.count * gateways }
        changes.push({ counter, base, own, before: handedOver, gateways, estimate, at })
      }
    }
    return changes
  }

  /** Notes what has reached the shared counters. */
  handedOver({ counter, own, at }: Change): void {
    const touched = this.#touched.get(counter.id)
    if (touched && own) touched.handed = { reading: own, at }
  }

  async close(): Promise<void> {
    await this.#share.close()
    this.#touched.clear()
  }

  #receipt(shared: Charge, share: Receipt): Receipt {
    const places = shared.groups[0].counters.filter(({ spec }) => spec.kind === 'concurrency')
    const taken = new TakenAlone(this, share, places)
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
    const touched = { counter, base, at: now, placesBefore: this.#held(id), handed: null }
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

function agedBy<R extends CounterReading | undefined>(reading: R, micros: number): R {
  if (reading?.kind !== 'rate') return reading
  return { ...reading, micros: Math.max(reading.micros - micros, 0) }
}

/** Debt in microseconds, or units. */
function amountOf(reading: CounterReading): number {
  if (reading.kind === 'rate') return reading.micros + (reading.part > 0 ? 1 : 0)
  return reading.kind === 'calendar' ? reading.count : reading.inFlight
}

type PeriodReading = CounterReading & { readonly kind: 'calendar' }

function samePeriod(
  reading: CounterReading | null | undefined,
  own: PeriodReading,
): reading is PeriodReading {
  return reading?.kind === 'calendar' && reading.start === own.start
}
