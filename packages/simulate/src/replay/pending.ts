/** What is to be done at a later moment of the replay. */
export interface Due<T> {
  readonly at: number
  readonly what: T
}

/** Hands out what is due in order of time: a binary heap. */
export class Pending<T> {
  readonly #heap: Due<T>[] = []

  add(at: number, what: T): void {
    const heap = this.#heap
    let place = heap.length
    heap.push({ at, what })
    while (place > 0) {
      const parent = (place - 1) >> 1
      if ((heap[parent] as Due<T>).at <= at) break
      this.#swap(place, parent)
      place = parent
    }
  }

  /** The first one that is due at this moment, or undefined. */
  take(moment: number): Due<T> | undefined {
    const heap = this.#heap
    const first = heap[0]
    if (first === undefined || first.at > moment) return undefined
    const last = heap.pop() as Due<T>
    if (heap.length > 0) {
      heap[0] = last
      this.#sink()
    }
    return first
  }

  #sink(): void {
    const heap = this.#heap
    for (let place = 0; ; ) {
      const left = 2 * place + 1
      if (left >= heap.length) return
      const right = left + 1
      const smaller =
        right < heap.length && (heap[right] as Due<T>).at < (heap[left] as Due<T>).at ? right : left
      if ((heap[place] as Due<T>).at <= (heap[smaller] as Due<T>).at) return
      this.#swap(place, smaller)
      place = smaller
    }
  }

  #swap(one: number, other: number): void {
    const heap = this.#heap
    const moved = heap[one] as Due<T>
    heap[one] = heap[other] as Due<T>
    heap[other] = moved
  }
}
