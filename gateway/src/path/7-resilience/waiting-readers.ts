/** An answer that keeps its service waiting because its client does not read. */
export interface Reader {
  /** Ends the answer in the middle, and with it its call to the service. */
  cut(): void
}

/** A client that reads at all waits for less than this between two reads. */
const SHORT_MS = 500
/** With others waiting too, one may wait for so long. */
const LONG_MS = 2_000

/**
 * The answers of one service that wait for their clients, each with a place and a connection of the service. Where
 * these are wanted, the one that has waited for longest has to go: it is the slowest, for reading begins its wait anew.
 */
export class WaitingReaders {
  readonly #most: number
  readonly #now: () => number
  /** Since when each waits, the longest first. */
  readonly #since = new Map<Reader, number>()

  constructor(most: number, now: () => number = () => performance.now()) {
    this.#most = most
    this.#now = now
  }

  /** It waits from now on. Where more than `most` do, the longest has to go. */
  add(reader: Reader): void {
    this.#since.set(reader, this.#now())
    if (this.#since.size > this.#most) this.#cutLongest(LONG_MS)
  }

  /** Its client reads, or it is over. */
  delete(reader: Reader): void {
    this.#since.delete(reader)
  }

  /** Frees a place for another request; false where nobody waits for long. */
  makeRoom(): boolean {
    return this.#cutLongest(SHORT_MS)
  }

  #cutLongest(atLeastMs: number): boolean {
    for (const [reader, since] of this.#since) {
      if (this.#now() - since < atLeastMs) return false
      this.#since.delete(reader)
      reader.cut()
      return true
    }
    return false
  }
}
