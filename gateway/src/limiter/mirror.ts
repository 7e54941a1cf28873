import type { Counter, CounterReading } from '@stockgate/rate-limit'

/** A counter as the shared store last told of it. */
export interface Seen {
  readonly counter: Counter
  readonly reading: CounterReading
  /** When, in microseconds by this gateway's clock. */
  readonly at: number
}

/**
 * What the answers of the shared store said about each counter: where this gateway goes on from when the store is
 * lost. Bounded: the counter that was not asked about for the longest time is forgotten first.
 */
export class Mirror {
  readonly #maxCounters: number
  readonly #seen = new Map<string, Seen>()
  /** By how much counters fell since the store was last known to have its memory: microseconds of debt, or units. */
  readonly #fallen = new Map<string, number>()

  constructor(maxCounters = 200_000) {
    this.#maxCounters = maxCounters
  }

  get size(): number {
    return this.#seen.size
  }

  /** Takes in an answer: what each counter says. */
  learn(counters: readonly Counter[], readings: readonly CounterReading[], now: number): void {
    for (let index = 0; index < counters.length; index++)
      this.put(counters[index] as Counter, readings[index] as CounterReading, now)
  }

  /** Takes in what is known of a counter otherwise. */
  put(counter: Counter, reading: CounterReading, now: number): void {
    const before = this.#seen.get(counter.id)
    if (before) this.#compare(before, reading, now)
    // Deleted first, so that the map stays in the order of use.
    this.#seen.delete(counter.id)
    this.#seen.set(counter.id, { counter, reading, at: now })
    if (this.#seen.size <= this.#maxCounters) return
    for (const id of this.#seen.keys()) {
      this.#seen.delete(id)
      return
    }
  }

  /** A place of a concurrency limit was freed by this gateway itself. */
  freed({ id }: Counter): void {
    const seen = this.#seen.get(id)
    if (seen?.reading.kind !== 'concurrency' || seen.reading.inFlight === 0) return
    this.#seen.set(id, { ...seen, reading: { kind: 'concurrency', inFlight: seen.reading.inFlight - 1 } })
  }

  /** What a counter says by now; undefined where nothing is known, or what is known means nothing any more. */
  read({ id, spec }: Counter, now: number): CounterReading | undefined {
    const seen = this.#seen.get(id)
    return seen?.reading.kind === spec.kind ? aged(seen, now) : undefined
  }

  /** The store has its memory still: what fell was given back. */
  confirm(): void {
    this.#fallen.clear()
  }

  /**
   * Every counter that still means something, the one asked about last at the end, for a store that was emptied: with
   * what each had lost already when its last reading came.
   */
  *live(now: number): Generator<{ counter: Counter; reading: CounterReading }> {
    for (const [id, seen] of this.#seen) {
      const reading = aged(seen, now)
      if (reading) yield { counter: seen.counter, reading: raised(reading, this.#fallen.get(id) ?? 0) }
    }
  }

  /** Who calls between the loss of a memory and its discovery is the busiest: the first answer after it shows less. */
  #compare({ reading: before, at, counter: { id } }: Seen, reading: CounterReading, now: number): void {
    let fall = 0
    if (before.kind === 'rate' && reading.kind === 'rate') fall = before.micros - (now - at) - reading.micros
    else if (before.kind === 'calendar' && reading.kind === 'calendar' && before.start === reading.start)
      fall = before.count - reading.count
    if (fall > 0 && fall > (this.#fallen.get(id) ?? 0)) this.#fallen.set(id, fall)
  }
}

function raised(reading: CounterReading, fall: number): CounterReading {
  if (reading.kind === 'rate') return { ...reading, micros: reading.micros + fall }
  return reading.kind === 'calendar' ? { ...reading, count: reading.count + fall } : reading
}

function aged({ reading, at }: Seen, now: number): CounterReading | undefined {
  if (reading.kind === 'concurrency') return reading.inFlight > 0 ? reading : undefined
  if (reading.kind === 'calendar') return reading.end > now ? reading : undefined
  const micros = reading.micros - (now - at)
  return micros > 0 ? { ...reading, micros } : undefined
}
