import {
  type Counter,
  type CounterReading,
  emptyStanding,
  type Group,
  priceOnto,
  SECOND,
  type Standing,
} from '@stockgate/rate-limit'

/** Reads what decide.lua answered, number by number. */
export class ScriptReply {
  readonly #numbers: readonly number[]
  #at = 1

  constructor(reply: unknown) {
    this.#numbers = reply as number[]
  }

  /** Redis' clock when it decided, in microseconds since the epoch. */
  get now(): number {
    return this.#numbers[0] as number
  }

  /** The standings of the next group, put into those given. True when the request fits all of them. */
  next({ counters }: Group, cost: number, into: Standing[]): boolean {
    let fits = true
    for (let index = 0; index < counters.length; index++) {
      const { spec } = counters[index] as Counter
      into[index] ??= emptyStanding()
      const standing = into[index] as Standing
      const fitted = this.#number() === 1
      if (spec.kind === 'rate') {
        standing.micros = this.#number()
        standing.part = this.#number()
        // How long to wait follows from the price, which is not sent.
        if (!fitted) priceOnto(standing, spec.quota, spec.window * SECOND, cost)
      } else standing.count = this.#number()
      if (spec.kind === 'calendar') {
        standing.start = this.#number()
        standing.end = this.#number()
      }
      standing.fits = fitted
      fits &&= fitted
    }
    return fits
  }

  #number(): number {
    return this.#numbers[this.#at++] as number
  }
}

/** What the counters of a group say after a decision. */
export function readingsOf({ counters }: Group, standings: readonly Standing[]): CounterReading[] {
  const readings: CounterReading[] = new Array(counters.length)
  for (let index = 0; index < counters.length; index++) {
    const { kind } = (counters[index] as Counter).spec
    const { micros, part, count, start, end } = standings[index] as Standing
    if (kind === 'rate') readings[index] = { kind, micros, part }
    else if (kind === 'calendar') readings[index] = { kind, count, start, end }
    else readings[index] = { kind, inFlight: count }
  }
  return readings
}
