/** One entry with its place: the first has the number 1, none is left out. */
export interface Numbered<E> {
  readonly number: number
  /** Frozen to its depth. */
  readonly entry: E
}

export interface SubscribeOptions {
  /** Only entries with a higher number are told; 0, every entry there is, without it. */
  readonly after?: number
  /**
   * Told when this gateway's history turned out to be another than the one all gateways share: entries that were
   * told are no part of it. All of the shared ones are told after it, from number 1.
   */
  readonly restart?: () => void
}

/**
 * A list that only grows, kept beyond the process and, where there is Redis, the same on every gateway. Entries are
 * plain JSON documents; none is ever changed or taken away.
 */
export interface Journal<E> {
  /** All entries known here, oldest first. The list is a new one after each entry: what was got never changes. */
  entries(): readonly Numbered<E>[]
  /**
   * Adds an entry behind `expectedLength` others. Resolves when it is kept and told to the subscribers here. Rejects
   * with a Conflict when the journal has another length; what is there instead is then already in `entries`. Rejects
   * with Unavailable when it could not be kept: then it is in no journal, unless that is `unsure`.
   */
  append(entry: E, expectedLength: number): Promise<Numbered<E>>
  /**
   * Tells the listener every entry once and in order: those that are there before this call returns, every other as
   * soon as it is known here. A listener that throws is logged and misses that entry. Returns how to stop it.
   */
  subscribe(listener: (entry: Numbered<E>) => void, options?: SubscribeOptions): () => void
  /** Whether the last look at the place all gateways share succeeded. Always true where there is none. */
  synced(): boolean
  close(): Promise<void>
}

/** Somebody else's entry was first. */
export class Conflict extends Error {
  /** How many entries there are. */
  readonly length: number

  constructor(length: number) {
    super(`the journal has ${length} entries by now`)
    this.name = 'Conflict'
    this.length = length
  }
}

/** An entry could not be kept. The message is fit for the operator. */
export class Unavailable extends Error {
  /** No answer came in time: it may be kept all the same. */
  readonly unsure: boolean

  constructor(message: string, cause?: unknown, { unsure = false } = {}) {
    super(message, { cause })
    this.name = 'Unavailable'
    this.unsure = unsure
  }
}
