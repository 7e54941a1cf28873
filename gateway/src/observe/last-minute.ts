const SLOT_MS = 10_000
const SLOTS = 6

/** The stretch of ten seconds a moment lies in; `now` in milliseconds since the epoch. */
export function slotOf(now: number): number {
  return Math.floor(now / SLOT_MS)
}

/**
 * A ring of six stretches of ten seconds. What is older falls out when the time moves on; a clock that goes back
 * writes into the newest.
 */
abstract class LastMinute {
  #newest = 0

  /** The place in the ring for a stretch; forgets what the ring holds no more. */
  protected at(slot: number): number {
    if (slot > this.#newest) {
      for (let gone = Math.max(this.#newest + 1, slot - SLOTS + 1); gone <= slot; gone++)
        this.forget(gone % SLOTS)
      this.#newest = slot
    }
    return this.#newest % SLOTS
  }

  protected abstract forget(index: number): void
}

/** How often something happened in the last minute. */
export class RecentCount extends LastMinute {
  readonly #counts = [0, 0, 0, 0, 0, 0]

  add(slot: number): void {
    const index = this.at(slot)
    this.#counts[index] = (this.#counts[index] as number) + 1
  }

  sum(slot: number): number {
    this.at(slot)
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  protected forget(index: number): void {
    this.#counts[index] = 0
  }
}

/** The highest a value was in the last minute, and what it was the value of. */
export class RecentPeak extends LastMinute {
  readonly #values = [-1, -1, -1, -1, -1, -1]
  readonly #names = ['', '', '', '', '', '']

  add(slot: number, value: number, name: string): void {
    const index = this.at(slot)
    if (value <= (this.#values[index] as number)) return
    this.#values[index] = value
    this.#names[index] = name
  }

  /** Null where nothing was added in the last minute. */
  highest(slot: number): { readonly value: number; readonly name: string } | null {
    this.at(slot)
    const value = Math.max(...this.#values)
    return value < 0 ? null : { value, name: this.#names[this.#values.indexOf(value)] as string }
  }

  protected forget(index: number): void {
    this.#values[index] = -1
  }
}
