import type { Logger } from 'pino'
import type { Numbered, SubscribeOptions } from './journal.ts'
import type { Line } from './line.ts'

interface Subscriber<E> {
  readonly listener: (entry: Numbered<E>) => void
  readonly restart: (() => void) | undefined
  /** The last number it was told. */
  told: number
}

/** The entries of a journal in memory, and who is told of them. */
export class History<E> {
  readonly #log: Logger
  readonly #subscribers = new Set<Subscriber<E>>()
  #lines: readonly Line<E>[] = []
  #entries: readonly Numbered<E>[] = []

  constructor(log: Logger) {
    this.#log = log
  }

  get lines(): readonly Line<E>[] {
    return this.#lines
  }

  get length(): number {
    return this.#lines.length
  }

  get newest(): Line<E> | undefined {
    return this.#lines.at(-1)
  }

  entries(): readonly Numbered<E>[] {
    return this.#entries
  }

  /** Adds lines that follow the newest, and tells everybody. */
  extend(lines: readonly Line<E>[]): void {
    if (lines.length === 0) return
    this.#lines = [...this.#lines, ...lines]
    this.#entries = Object.freeze([...this.#entries, ...lines.map(entryOf)])
    for (const subscriber of [...this.#subscribers]) this.#tell(subscriber)
  }

  /** Puts another history in the place of this one, and tells everybody from its beginning. */
  replace(lines: readonly Line<E>[]): void {
    this.#lines = lines
    this.#entries = Object.freeze(lines.map(entryOf))
    for (const subscriber of [...this.#subscribers]) {
      subscriber.told = 0
      this.#safely(() => subscriber.restart?.())
      this.#tell(subscriber)
    }
  }

  subscribe(
    listener: (entry: Numbered<E>) => void,
    { after = 0, restart }: SubscribeOptions = {},
  ): () => void {
    const subscriber: Subscriber<E> = { listener, restart, told: after }
    this.#subscribers.add(subscriber)
    this.#tell(subscriber)
    return () => this.#subscribers.delete(subscriber)
  }

  #tell(subscriber: Subscriber<E>): void {
    while (subscriber.told < this.#entries.length && this.#subscribers.has(subscriber)) {
      const entry = this.#entries[subscriber.told] as Numbered<E>
      subscriber.told = entry.number
      this.#safely(() => subscriber.listener(entry))
    }
  }

  /** One listener's fault is nobody else's. */
  #safely(call: () => void): void {
    try {
      call()
    } catch (err) {
      this.#log.error({ err }, 'a journal listener failed')
    }
  }
}

function entryOf<E>({ number, entry }: Line<E>): Numbered<E> {
  return Object.freeze({ number, entry })
}
