import {
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
    for (const [index, { spec }] of counters.entries()) {
      into[index] ??= emptyStanding()
      const standing = into[index]
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
  return counters.map(({ spec: { kind } }, index) => {
    const { micros, part, count, start, end } = standings[index] as Standing
    if (kind === 'rate') return { kind, micros, part }
    if (kind === 'calendar') return { kind, count, start, end }
    return { kind, inFlight: count }
  })
}
