/**
 * Work that nobody waits for: corrections, freed places, notes. At most so much of it is under way at once; what comes
 * on top, or while the store is away, is dropped, and what fails is not tried again.
 */
export class LooseEnds {
  readonly #max: number
  readonly #reachable: () => boolean
  readonly #begin: () => void
  readonly #underWay = new Set<Promise<unknown>>()
  #dropped = 0

  /** @param begin is called before each piece of work, which sends something. */
  constructor(max: number, reachable: () => boolean, begin: () => void) {
    this.#max = max
    this.#reachable = reachable
    this.#begin = begin
  }

  /** How many were dropped or failed since the start. */
  get dropped(): number {
    return this.#dropped
  }

  add(work: () => Promise<unknown>): void {
    if (this.#underWay.size >= this.#max || !this.#reachable()) {
      this.#dropped++
      return
    }
    this.#begin()
    const done = work()
      .catch(() => {
        this.#dropped++
      })
      .finally(() => this.#underWay.delete(done))
    this.#underWay.add(done)
  }

  /** Resolves when all that is under way has ended. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }
}
