import { assertCost, decisionOf, NO_CANDIDATES, verdictOf } from './answer.ts'
import { boundsAt, settleCalendar, standCalendar } from './calendar.ts'
import type { Charge, Counter, Group } from './charge.ts'
import { type CalendarCell, type Cell, CounterStore, type RateCell } from './counter-store.ts'
import type { CandidateVerdict, Decision, Receipt, RefusalNote } from './decision.ts'
import { epochMicros } from './epoch-micros.ts'
import { settleRate, standRate } from './gcra.ts'
import { HeldPlaces } from './held-places.ts'
import type { Limiter } from './limiter.ts'
import { Places, RENEW_AFTER, standPlaces } from './places.ts'
import type { CounterReading } from './reading.ts'
import { RefusalNotes } from './refusal-notes.ts'
import { SECOND } from './span.ts'
import { emptyStanding, type Standing } from './standing.ts'
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
  readonly #store: CounterStore
  readonly #notes = new RefusalNotes()
  readonly #held: HeldPlaces
  /** Of the group that is being decided; kept from request to request, like `#cells`, to make less garbage. */
  readonly #standings: Standing[] = []
  readonly #cells: (Cell | undefined)[] = []
  #lease = 0

  constructor({
    now = epochMicros,
    maxCounters = 200_000,
    grace = SECOND,
    heartbeatMs = RENEW_AFTER / 1_000,
  }: MemoryLimiterOptions = {}) {
    this.#now = now
    this.#store = new CounterStore({ maxCounters, grace })
    this.#held = new HeldPlaces(() => this.renew(), heartbeatMs)
  }

  /** The number of counters held. */
  get size(): number {
    return this.#store.size
  }

  decide({ owner, groups, cost }: Charge): Decision {
    assertCost(cost)
    const now = this.#now()
    this.#store.sweep(now)
    const live = groups[0]
    const standings = this.#standings
    const allowed = this.#stand(live, cost, now)
    const taken = allowed ? new Taken(this, groups.length === 1 ? groups : [live], cost, now) : null
    this.#leave(live, cost, now, allowed, taken)
    const receipt: Receipt | null = taken && { owner, cost, decidedBy: 'memory', taken }
    const at = { cost, now, decidedBy: 'memory' } as const
    if (groups.length === 1) return this.#hold(decisionOf(live, standings, at, NO_CANDIDATES, receipt), taken)
    // The standings of the group in force are read before those of candidates take their place.
    const verdicts: CandidateVerdict[] = []
    const decision = decisionOf(live, standings, at, verdicts, receipt)
    for (let index = 1; index < groups.length; index++) {
      const group = groups[index] as Group
      const fits = this.#stand(group, cost, now)
      this.#leave(group, cost, now, fits, taken)
      if (fits && taken) (taken.groups as Group[]).push(group)
      verdicts.push(verdictOf(group, standings))
    }
    return this.#hold(decision, taken)
  }

  peek({ groups, cost }: Charge): Decision {
    assertCost(cost)
    const now = this.#now()
    const verdicts: CandidateVerdict[] = []
    this.#stand(groups[0], cost, now)
    const at = { cost, now, decidedBy: 'memory' } as const
    const decision = decisionOf(groups[0], this.#standings, at, verdicts, null)
    for (const group of groups.slice(1)) {
      this.#stand(group, cost, now)
      verdicts.push(verdictOf(group, this.#standings))
    }
    return decision
  }

  settle({ taken }: Receipt, cost: number): void {
    if (!(taken instanceof Taken) || taken.by !== this) return
    const delta = correction(taken, cost)
    if (delta === 0) return
    const now = this.#now()
    for (const { counters } of taken.groups) {
      for (const counter of counters) this.#settle(counter, delta, now, taken.starts?.get(counter.id))
    }
  }

  release({ taken }: Receipt): void {
    if (!(taken instanceof Taken) || !this.#held.remove(taken)) return
    for (const { id } of taken.places) {
      const cell = this.#store.find(id, 'concurrency') as Places | undefined
      if (cell === undefined) continue
      cell.free(taken.lease, taken.at)
      if (cell.empty && this.#store.full) this.#store.remove(cell)
    }
  }

  /** The heartbeat: renews the places of requests that have been in flight for a while. */
  renew(): void {
    const now = this.#now()
    for (const { places, lease } of this.#held.due(now)) {
      for (const { id } of places)
        if (!this.#store.hasOther(id, 'concurrency')) this.#places(id).renew(lease, now)
    }
  }

  note(owner: string, refusal: RefusalNote): void {
    this.#notes.add(owner, refusal)
  }

  async refusals(owner: string): Promise<readonly RefusalNote[]> {
    return this.#notes.of(owner, this.#now() / 1_000)
  }

  /** What a counter says at present; undefined where nothing is counted. */
  read({ id, spec }: Counter): CounterReading | undefined {
    const now = this.#now()
    const cell = this.#store.find(id, spec.kind)
    if (cell === undefined || cell.until <= now) return undefined
    if (cell.kind === 'rate') return { kind: 'rate', micros: cell.until - now, part: cell.part }
    if (cell.kind === 'calendar')
      return { kind: 'calendar', count: cell.count, start: cell.start, end: cell.until }
    return { kind: 'concurrency', inFlight: cell.taken(now) }
  }

  /** Goes on with a counter from somewhere else. Places then stand for requests nobody here will release. */
  write(counter: Counter, reading: CounterReading): void {
    const { spec } = counter
    const now = this.#now()
    const id = this.#store.place(counter)
    if (reading.kind === 'rate' && spec.kind === 'rate') {
      const { micros, part } = reading
      this.#store.add({ kind: 'rate', id, until: now + micros, part, quota: spec.quota })
    } else if (reading.kind === 'calendar' && spec.kind === 'calendar') {
      const { count, start, end } = reading
      this.#store.add({ kind: 'calendar', id, count, start, until: end })
    } else if (reading.kind === 'concurrency' && spec.kind === 'concurrency') {
      const places = new Places(id)
      for (let place = 0; place < reading.inFlight; place++) places.renew(++this.#lease, now)
      this.#store.add(places)
    }
  }

  ready(): boolean {
    return true
  }

  async close(): Promise<void> {
    this.#held.clear()
    this.#store.clear()
    this.#notes.clear()
  }

  /** Looks at all counters of a group. True when the request fits every one. */
  #stand({ counters }: Group, cost: number, now: number): boolean {
    let fits = true
    for (let index = 0; index < counters.length; index++) {
      const { id, spec } = counters[index] as Counter
      let standing = this.#standings[index]
      if (standing === undefined) {
        standing = emptyStanding()
        this.#standings.push(standing)
      }
      const cell = this.#store.find(id, spec.kind)
      this.#cells[index] = cell
      if (spec.kind === 'rate') standRate(standing, cell as RateCell | undefined, spec, cost, now)
      else if (spec.kind === 'concurrency') standPlaces(standing, cell as Places | undefined, spec, now)
      else {
        const { start, end } = boundsAt(spec, now)
        standCalendar(standing, cell as CalendarCell | undefined, spec, cost, now, start, end)
      }
      if (!standing.fits) fits = false
    }
    return fits
  }

  /** Stores what a request leaves behind in a group, if it was admitted, and moves the standings there. */
  #leave({ counters }: Group, cost: number, now: number, admitted: boolean, taken: Taken | null): void {
    for (let index = 0; index < counters.length; index++) {
      const counter = counters[index] as Counter
      const standing = this.#standings[index] as Standing
      const cell = this.#cells[index]
      const { kind } = counter.spec
      if (kind === 'rate' && admitted) {
        standing.micros = standing.nextMicros
        standing.part = standing.nextPart
      }
      if (kind === 'rate') {
        if (admitted || standing.cut) this.#storeRate(counter, cell as RateCell | undefined, standing, now)
        continue
      }
      if (!admitted) continue
      if (kind === 'calendar') {
        standing.count += cost
        this.#storeCount(counter, cell as CalendarCell | undefined, standing)
        if (taken) keepStart(taken, counter.id, standing.start)
      } else if (taken) {
        standing.count++
        this.#take(counter, cell as Places | undefined, taken, now)
      }
    }
  }

  #storeRate(counter: Counter, cell: RateCell | undefined, { micros, part }: Standing, now: number): void {
    const id = cell?.id === counter.id ? cell.id : this.#store.place(counter)
    if (cell?.id !== id) {
      const { quota } = counter.spec
      this.#store.add({ kind: 'rate', id, until: now + micros, part, quota })
      return
    }
    cell.until = now + micros
    cell.part = part
    cell.quota = counter.spec.quota
  }

  #storeCount(counter: Counter, cell: CalendarCell | undefined, { count, start, end }: Standing): void {
    const id = cell?.id === counter.id ? cell.id : this.#store.place(counter)
    if (cell?.id !== id) {
      this.#store.add({ kind: 'calendar', id, count, start, until: end })
      return
    }
    cell.count = count
    cell.start = start
    cell.until = end
  }

  #take(counter: Counter, cell: Places | undefined, taken: Taken, now: number): void {
    if (taken.lease === 0) {
      taken.lease = ++this.#lease
      taken.places = [counter]
    } else taken.places.push(counter)
    const places = cell ?? this.#places(counter.id)
    places.take(taken.lease, now)
  }

  #places(id: string): Places {
    let cell = this.#store.find(id, 'concurrency') as Places | undefined
    if (cell === undefined) {
      cell = new Places(id)
      this.#store.add(cell)
    }
    return cell
  }

  #hold(decision: Decision, taken: Taken | null): Decision {
    if (taken !== null && taken.lease > 0) this.#held.add(taken)
    return decision
  }

  #settle(counter: Counter, delta: number, now: number, start: number | undefined): void {
    const { id, spec } = counter
    const cell = this.#store.find(id, spec.kind)
    if (spec.kind === 'calendar' && cell?.kind === 'calendar' && start !== undefined) {
      settleCalendar(cell, spec.quota, start, delta)
    } else if (spec.kind === 'rate') {
      if (cell?.kind === 'rate') settleRate(cell, spec, delta, now)
      else if (delta > 0) {
        const fresh: RateCell = {
          kind: 'rate',
          id: this.#store.place(counter),
          until: now,
          part: 0,
          quota: spec.quota,
        }
        settleRate(fresh, spec, delta, now)
        this.#store.add(fresh)
      }
    }
  }
}

function keepStart(taken: Taken, id: string, start: number): void {
  taken.starts ??= new Map()
  taken.starts.set(id, start)
}
