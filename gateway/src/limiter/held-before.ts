import type { Counter, Receipt } from '@stockgate/rate-limit'

const NONE: readonly Counter[] = []

/** The places of concurrency limits that this gateway holds in the shared counters. */
export class HeldBefore {
  readonly #places = new Map<Receipt, readonly Counter[]>()
  readonly #counts = new Map<string, number>()
  /** Freed while the shared counters were out of reach. */
  #later: Receipt[] = []

  take(receipt: Receipt, counters: readonly Counter[]): void {
    // Most requests hold none, which is found out without making a list.
    if (!counters.some(isPlace)) return
    const places = counters.filter(isPlace)
    this.#places.set(receipt, places)
    for (const { id } of places) this.#counts.set(id, this.count(id) + 1)
  }

  /** Gives the counters in which a place is free now: none when it was released before. */
  release(receipt: Receipt): readonly Counter[] {
    const places = this.#places.get(receipt)
    if (places === undefined) return NONE
    this.#places.delete(receipt)
    for (const { id } of places) {
      const left = this.count(id) - 1
      if (left > 0) this.#counts.set(id, left)
      else this.#counts.delete(id)
    }
    return places
  }

  count(id: string): number {
    return this.#counts.get(id) ?? 0
  }

  /** Keeps a release until the shared counters are back. */
  later(receipt: Receipt): void {
    this.#later.push(receipt)
  }

  takeLater(): readonly Receipt[] {
    const later = this.#later
    this.#later = []
    return later
  }
}

function isPlace({ spec }: Counter): boolean {
  return spec.kind === 'concurrency'
}
