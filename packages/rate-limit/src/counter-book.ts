import { boundsAt, settleCalendar, standCalendar } from './calendar.ts'
import type { Counter, Group } from './charge.ts'
import {
  type CalendarCell,
  type Cell,
  CounterStore,
  type CounterStoreOptions,
  type RateCell,
} from './counter-store.ts'
import { settleRate, standRate } from './gcra.ts'
import { Places, standPlaces } from './places.ts'
import type { CounterReading } from './reading.ts'
import { emptyStanding, type Standing } from './standing.ts'
import type { Taken } from './taken.ts'

/**
 * Looks at whole groups of counters and writes down what an admitted request leaves behind in them. It decides nothing
 * itself; all times come from the caller.
 */
export class CounterBook {
  /** Of the group last looked at; kept from request to request, like `#cells`, to make less garbage. */
  readonly standings: Standing[] = []
  readonly #cells: (Cell | undefined)[] = []
  readonly #store: CounterStore
  #lease = 0

  constructor(options: CounterStoreOptions) {
    this.#store = new CounterStore(options)
  }

  get size(): number {
    return this.#store.size
  }

  /** To be called once for each decision. */
  sweep(now: number): void {
    this.#store.sweep(now)
  }

  /** Looks at all counters of a group. True when the request fits every one. */
  stand({ counters }: Group, cost: number, now: number): boolean {
    let fits = true
    for (let index = 0; index < counters.length; index++) {
      const { id, spec } = counters[index] as Counter
      let standing = this.standings[index]
      if (standing === undefined) {
        standing = emptyStanding()
        this.standings.push(standing)
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
  leave({ counters }: Group, cost: number, now: number, admitted: boolean, taken: Taken | null): void {
    for (let index = 0; index < counters.length; index++) {
      const counter = counters[index] as Counter
      const standing = this.standings[index] as Standing
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

  settle(counter: Counter, delta: number, now: number, start: number | undefined): void {
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

  release({ places, lease, at }: Taken): void {
    for (const { id } of places) {
      const cell = this.#store.find(id, 'concurrency') as Places | undefined
      if (cell === undefined) continue
      cell.free(lease, at)
      if (cell.empty && this.#store.full) this.#store.remove(cell)
    }
  }

  renew({ places, lease }: Taken, now: number): void {
    for (const { id } of places) {
      if (!this.#store.hasOther(id, 'concurrency')) this.#places(id).renew(lease, now)
    }
  }

  /** What a counter says at present; undefined where nothing is counted. */
  read({ id, spec }: Counter, now: number): CounterReading | undefined {
    const cell = this.#store.find(id, spec.kind)
    if (cell === undefined || cell.until <= now) return undefined
    if (cell.kind === 'rate') return { kind: 'rate', micros: cell.until - now, part: cell.part }
    if (cell.kind === 'calendar')
      return { kind: 'calendar', count: cell.count, start: cell.start, end: cell.until }
    return { kind: 'concurrency', inFlight: cell.taken(now) }
  }

  /** Goes on with a counter from somewhere else. Places then stand for requests nobody here will release. */
  write(counter: Counter, reading: CounterReading, now: number): void {
    const { spec } = counter
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

  clear(): void {
    this.#store.clear()
  }
}

function keepStart(taken: Taken, id: string, start: number): void {
  taken.starts ??= new Map()
  taken.starts.set(id, start)
}
