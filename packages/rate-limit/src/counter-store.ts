import type { PeriodCount } from './calendar.ts'
import type { Counter } from './charge.ts'
import type { ArrivalTime } from './gcra.ts'
import type { Places } from './places.ts'

export interface RateCell extends ArrivalTime {
  readonly kind: 'rate'
  readonly id: string
}

export interface CalendarCell extends PeriodCount {
  readonly kind: 'calendar'
  readonly id: string
}

/** The state of one counter. Once `until` is past it means the same as no counter. */
export type Cell = RateCell | CalendarCell | Places

export interface CounterStoreOptions {
  /** How many counters may live at once before newcomers share lanes. */
  readonly maxCounters: number
  /** For how many microseconds a counter is kept after it has lost its meaning. */
  readonly grace: number
}

/** How many counters are looked at in passing for each that is added, and how many while there is no room. */
const LOOKS_PER_NEW = 3
const LOOKS_WHEN_FULL = 64
/** Looks are done so many at a time. */
const LOOKS_AT_ONCE = 32
const LANES = 1024

/**
 * The counters of one process.
 *
 * Its memory is bounded, yet no client is ever freed of a limit early. A counter whose time has passed is the same
 * as no counter (a full bucket, a period that is over, no place taken): for every one that is added several are
 * looked at in passing and such ones dropped, so none outlives its meaning by more than a round. When `maxCounters`
 * of them all mean something, none is dropped: an owner that has none then counts in one of a fixed number of shared
 * lanes, picked by its hash. Newcomers may be refused sooner while that lasts; those already counted notice nothing.
 * When there is room again a newcomer's own counter starts with what its lane has counted, so changing over frees
 * nobody either. Places of concurrency limits always have a counter of their own: where there is no room it
 * goes with the last request in flight, so there are never many.
 */
export class CounterStore {
  readonly #maxCounters: number
  readonly #grace: number
  readonly #cells = new Map<string, Cell>()
  /** At most LANES for each limit of each set. */
  readonly #lanes = new Map<string, Cell>()
  #sweep = this.#cells.values()
  #looks = 0

  constructor({ maxCounters, grace }: CounterStoreOptions) {
    this.#maxCounters = maxCounters
    this.#grace = grace
  }

  /** The number of counters held, lanes included. */
  get size(): number {
    return this.#cells.size + this.#lanes.size
  }

  /** Whether newcomers find no room. */
  get full(): boolean {
    return this.#cells.size >= this.#maxCounters
  }

  /** The counter's own cell, its lane where it has none and lanes are in use, or none. */
  find(id: string, kind: Cell['kind']): Cell | undefined {
    let cell = this.#cells.get(id)
    if (cell === undefined && this.#lanes.size > 0) cell = this.#lanes.get(laneOf(id))
    // Under the same name there may now be a limit of another kind, which starts anew.
    return cell !== undefined && cell.kind === kind ? cell : undefined
  }

  /** Whether under this id there is by now a counter of another kind. */
  hasOther(id: string, kind: Cell['kind']): boolean {
    const cell = this.#cells.get(id)
    return cell !== undefined && cell.kind !== kind
  }

  /** The id under which a counter without a cell of its own is to be added: its own, or that of its lane. */
  place({ id, spec }: Counter): string {
    if (spec.kind === 'concurrency' || !this.full || this.#cells.has(id)) return id
    return laneOf(id)
  }

  add(cell: Cell): void {
    if (isLane(cell.id)) {
      this.#lanes.set(cell.id, cell)
      return
    }
    this.#cells.set(cell.id, cell)
    this.#looks += LOOKS_PER_NEW
  }

  remove(cell: Cell): void {
    if (this.#cells.get(cell.id) === cell) this.#cells.delete(cell.id)
  }

  /** To be called once for each decision: drops counters that have lost their meaning, in small steps. */
  sweep(now: number): void {
    this.#looks++
    if (this.full) this.#look(now, LOOKS_WHEN_FULL)
    else if (this.#looks >= LOOKS_AT_ONCE) this.#look(now, this.#looks)
  }

  clear(): void {
    this.#cells.clear()
    this.#lanes.clear()
  }

  #look(now: number, looks: number): void {
    this.#looks = 0
    const past = now - this.#grace
    for (let look = 0; look < looks; look++) {
      const step = this.#sweep.next()
      if (step.done) {
        this.#sweep = this.#cells.values()
        for (const [id, lane] of this.#lanes) if (lane.until < past) this.#lanes.delete(id)
        return
      }
      if (step.value.until < past) this.#cells.delete(step.value.id)
    }
  }
}

/** Ids of counters begin with a brace, so no lane is ever taken for one. */
export function isLane(id: string): boolean {
  return id.charCodeAt(0) === 126
}

/**
 * The lane of a counter that found no room, one for each limit of each set and hash of the whole id (FNV-1a, which
 * spreads short texts well enough for a thousand lanes).
 */
function laneOf(id: string): string {
  const [, set, limit] = id.slice(id.indexOf('}')).split(':', 3)
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  }
  return `~${set}:${limit} ${(hash >>> 0) % LANES}`
}
