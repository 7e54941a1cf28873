/** Widths of a column in seconds; each divides the next. */
const WIDTHS = [1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_419_200]
const MOST_COLUMNS = 160
const SECOND = 1_000_000

/** What happened in one stretch of time. */
export interface Column {
  /** Microseconds since the epoch, a multiple of the width. */
  readonly at: number
  calls: number
  refusedBefore: number
  refusedAfter: number
}

/** Counts over time in as many columns as a plot shows well, however long the traffic turns out to be. */
export class TimeLine {
  #rung = 0
  #columns = new Map<number, Column>()
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  #current: Column | undefined

  /** In seconds. */
  get width(): number {
    return WIDTHS[this.#rung] as number
  }

  /** In order of time; a stretch without calls has none. */
  get columns(): readonly Column[] {
    return [...this.#columns.values()].sort((one, other) => one.at - other.at)
  }

  count(at: number, refusedBefore: boolean, refusedAfter: boolean): void {
    let column = this.#current
    if (column === undefined || at < column.at || at >= column.at + this.width * SECOND)
      column = this.#columnAt(at)
    column.calls++
    if (refusedBefore) column.refusedBefore++
    if (refusedAfter) column.refusedAfter++
  }

  #columnAt(at: number): Column {
    this.#first = Math.min(this.#first, at)
    this.#last = Math.max(this.#last, at)
    while (this.#span() > MOST_COLUMNS && this.#rung < WIDTHS.length - 1) {
      this.#rung++
      this.#regroup()
    }
    const column = this.#columnOf(at)
    this.#current = column
    return column
  }

  #span(): number {
    const width = this.width * SECOND
    return Math.floor(this.#last / width) - Math.floor(this.#first / width) + 1
  }

  #regroup(): void {
    const finer = this.#columns
    this.#columns = new Map()
    for (const { at, calls, refusedBefore, refusedAfter } of finer.values()) {
      const column = this.#columnOf(at)
      column.calls += calls
      column.refusedBefore += refusedBefore
      column.refusedAfter += refusedAfter
    }
  }

  #columnOf(at: number): Column {
    const width = this.width * SECOND
    const start = Math.floor(at / width) * width
    const met = this.#columns.get(start)
    if (met !== undefined) return met
    const column = { at: start, calls: 0, refusedBefore: 0, refusedAfter: 0 }
    this.#columns.set(start, column)
    return column
  }
}
