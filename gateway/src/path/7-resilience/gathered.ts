import type { Budget } from './budget.ts'

/** The bytes of a body that came in so far, in memory that is accounted for. */
export class Gathered {
  readonly #budget: Budget
  #bytes: Buffer | null = null
  #size = 0
  /** The first chunk stays where it came in; a body of one is never copied. */
  #own = false
  #taken = 0

  constructor(budget: Budget) {
    this.#budget = budget
  }

  get size(): number {
    return this.#size
  }

  /** False, and nothing is added, where the budget is spent. Small chunks do not cost more memory than their bytes. */
  add(chunk: Buffer): boolean {
    const size = this.#size + chunk.length
    if (this.#bytes === null) {
      if (!this.#take(chunk.length)) return false
      this.#bytes = chunk
    } else {
      if (!this.#own || size > this.#bytes.length) {
        const room = Math.max(size, this.#size * 2)
        if (!this.#take(room - this.#taken)) return false
        const grown = Buffer.allocUnsafeSlow(room)
        this.#bytes.copy(grown, 0, 0, this.#size)
        this.#bytes = grown
        this.#own = true
      }
      chunk.copy(this.#bytes, this.#size)
    }
    this.#size = size
    return true
  }

  /** What was gathered; null where that is nothing. The memory stays accounted for until `release`. */
  bytes(): Buffer | null {
    return this.#size === 0 || this.#bytes === null ? null : this.#bytes.subarray(0, this.#size)
  }

  release(): void {
    this.#budget.give(this.#taken)
    this.#taken = 0
    this.#bytes = null
    this.#size = 0
  }

  #take(bytes: number): boolean {
    if (!this.#budget.take(bytes)) return false
    this.#taken += bytes
    return true
  }
}
