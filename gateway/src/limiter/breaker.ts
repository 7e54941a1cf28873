/** What the breaker thinks of the shared counters. */
export interface StoreState {
  /** Whether they decide. */
  readonly reachable: boolean
  /** When that began, in milliseconds since the epoch. */
  readonly since: number
  /** Why they are out of reach; null while they are not. */
  readonly cause: string | null
}

export interface BreakerOptions {
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** Hears of every change, with what was before. */
  readonly onChange: (state: StoreState, before: StoreState) => void
}

/** Failures in a row that open it. */
const FAILURES = 3
/** So many failures among so many outcomes open it too: a store that answers every second time is no store. */
const RECENT = 20
const FAILURES_OF_RECENT = 10
/** Good probes in a row that close it. */
const GOOD_PROBES = 3

/**
 * Decides whether the shared counters are asked at all. It opens at once when the connection is lost, and after a
 * few answers that failed or came too late; while it is open no request waits for the store. It closes after a few
 * good probes in a row, so a store that answers now and then is one change, not many.
 */
export class Breaker {
  readonly #now: () => number
  readonly #onChange: BreakerOptions['onChange']
  #state: StoreState
  /** Newest last; true is a failure. */
  #recent: boolean[] = []
  #goodProbes = 0

  constructor({ now = Date.now, onChange }: BreakerOptions) {
    this.#now = now
    this.#onChange = onChange
    this.#state = { reachable: true, since: now(), cause: null }
  }

  get state(): StoreState {
    return this.#state
  }

  /** An answer to a decision or a probe came in time. */
  succeeded(): void {
    if (this.#state.reachable) this.#remember(false)
  }

  /** An answer failed or did not come in time. One that was asked for before the breaker opened says nothing new. */
  failed(cause: string): void {
    if (!this.#state.reachable) {
      this.#goodProbes = 0
      return
    }
    this.#remember(true)
    const inARow = this.#recent.length >= FAILURES && !this.#recent.slice(-FAILURES).includes(false)
    if (inARow || this.#recent.filter(Boolean).length >= FAILURES_OF_RECENT) this.open(cause)
  }

  /** The connection is lost, or was never there. */
  open(cause: string): void {
    this.#goodProbes = 0
    if (this.#state.reachable) this.#become({ reachable: false, since: this.#now(), cause })
  }

  /** A probe was answered in time. True when that is enough: now `close` may be called. */
  probeSucceeded(): boolean {
    if (this.#state.reachable) {
      this.#remember(false)
      return false
    }
    this.#goodProbes++
    return this.#goodProbes >= GOOD_PROBES
  }

  /** The shared counters decide again. */
  close(): void {
    this.#recent = []
    this.#goodProbes = 0
    if (!this.#state.reachable) this.#become({ reachable: true, since: this.#now(), cause: null })
  }

  #remember(failure: boolean): void {
    this.#recent.push(failure)
    if (this.#recent.length > RECENT) this.#recent.shift()
  }

  #become(state: StoreState): void {
    const before = this.#state
    this.#state = state
    this.#onChange(state, before)
  }
}

/** Why something failed, in a few words. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
