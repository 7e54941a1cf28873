import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { History } from './history.ts'
import { Conflict, type Journal, type Numbered, type SubscribeOptions, Unavailable } from './journal.ts'
import type { JournalFile } from './journal-file.ts'
import { KeptCopy } from './kept-copy.ts'
import { type Line, lineAfter, readLines } from './line.ts'
import { settleDivergence } from './settle-divergence.ts'
import { SharedList } from './shared-list.ts'
import { Turns } from './turns.ts'

const POLL_MS = 500
/** A connection that was cut is there again soon. */
const ATTEMPTS = 5
const PAUSE_MS = 100
/** More steps than this in one look mean that something keeps undoing them. */
const MOST_STEPS = 10_000

export interface RedisJournalOptions<E> {
  readonly name: string
  readonly file: JournalFile<E>
  /** Both belong to whoever opened them. */
  readonly background: Redis
  readonly subscriptions: Redis
  readonly log: Logger
  /** Whether an entry is one that a gateway makes by itself to begin with; see `settleDivergence`. */
  readonly isBeginning?: (entry: E) => boolean
  /** What the log may tell of an entry; nothing by default. */
  readonly describe?: (entry: E) => object
  /** Milliseconds between looks; 0: only what is published makes it look. */
  readonly pollMs?: number
}

/**
 * The journal that gateways share: a list in Redis decides, each gateway has all of it in memory and on disk. It
 * looks when a change is published and twice a second in any case. What a flushed Redis lacks is put back.
 */
export class RedisJournal<E> implements Journal<E> {
  readonly #options: RedisJournalOptions<E>
  readonly #history: History<E>
  readonly #list: SharedList
  readonly #copy: KeptCopy<E>
  readonly #log: Logger
  readonly #turns = new Turns()
  readonly #timer: NodeJS.Timeout | undefined
  #synced = false
  #complained = false
  #waiting: Promise<void> | undefined
  #closed = false

  constructor(options: RedisJournalOptions<E>) {
    const { name, file, background, subscriptions, log, pollMs = POLL_MS } = options
    this.#options = options
    this.#log = log.child({ journal: name })
    this.#history = new History(this.#log)
    this.#list = new SharedList(background, name)
    this.#copy = new KeptCopy(file, this.#log)
    this.#history.extend(file.kept)
    if (pollMs > 0) this.#timer = setInterval(() => void this.look(), pollMs).unref()
    background.on('ready', this.#lookSoon)
    subscriptions.on('ready', this.#listen)
    subscriptions.on('message', this.#heard)
    if (subscriptions.status === 'ready') this.#listen()
  }

  entries(): readonly Numbered<E>[] {
    return this.#history.entries()
  }

  subscribe(listener: (entry: Numbered<E>) => void, options?: SubscribeOptions): () => void {
    return this.#history.subscribe(listener, options)
  }

  synced(): boolean {
    return this.#synced && this.#list.reachable()
  }

  /** Compares with Redis and mends what differs. Resolves, whatever came of it, when it is over. */
  look(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    // One that still waits for its turn will see whatever was the reason for this one.
    this.#waiting ??= this.#turns.take(async () => {
      this.#waiting = undefined
      if (this.#closed) return
      try {
        await this.#agree()
        if (this.#complained) this.#log.info({ entries: this.#history.length }, 'a journal is shared again')
        this.#complained = false
      } catch (err) {
        this.#synced = false
        if (!this.#complained)
          this.#log.warn({ err }, 'a journal cannot be compared with Redis; what is known stays in force')
        this.#complained = true
      }
    })
    return this.#waiting
  }

  append(entry: E, expectedLength: number): Promise<Numbered<E>> {
    return this.#turns.take(async () => {
      let unsure = false
      let failure: unknown
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        try {
          if (this.#history.length < expectedLength) await this.#agree()
          if (this.#history.length !== expectedLength) throw new Conflict(this.#history.length)
          const line = lineAfter(this.#history.newest, entry)
          const asked = this.#list.append(this.#history.newest, [line])
          if (this.#list.reachable()) unsure = true
          if (await asked) {
            await this.#take([line])
            return { number: line.number, entry: line.entry }
          }
          unsure = false
          await this.#agree()
        } catch (error) {
          if (error instanceof Conflict) throw error
          failure = error
          if (attempt < ATTEMPTS) await delay(PAUSE_MS)
        }
      }
      const reason = failure instanceof Error ? failure.message : 'others were first each time'
      const message = unsure
        ? `Redis did not confirm the change (${reason}); perhaps it was made all the same: look at the history`
        : `the change could not be kept in Redis (${reason}); it was not made`
      throw new Unavailable(message, failure, { unsure })
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#timer)
    const { background, subscriptions } = this.#options
    background.off('ready', this.#lookSoon)
    subscriptions.off('ready', this.#listen)
    subscriptions.off('message', this.#heard)
    await this.#turns.take(() => this.#copy.close())
  }

  #lookSoon = (): void => void this.look()

  #listen = (): void => {
    this.#options.subscriptions.subscribe(this.#list.key).catch(() => {})
    // What was published before the subscription stood was not heard.
    void this.look()
  }

  #heard = (channel: string): void => {
    if (channel === this.#list.key) void this.look()
  }

  /** Goes on until both have the same. */
  async #agree(): Promise<void> {
    for (let step = 0; step < MOST_STEPS; step++) {
      const mine = this.#history.lines
      const { length, same, more } = await this.#list.look(mine)
      if (!same) await this.#settle()
      else if (length < mine.length) await this.#putBack(length)
      else if (more.length > 0) await this.#take(readLines<E>(more, this.#history.newest))
      else {
        this.#synced = true
        return
      }
    }
    throw new Error('it changes faster than it can be read')
  }

  /** Redis has the lines already, so nobody waits for a slow disk to hear of them; only an acknowledgement does. */
  async #take(lines: readonly Line<E>[]): Promise<void> {
    const before = this.#history.lines
    this.#history.extend(lines)
    await this.#copy.add(before, lines)
  }

  /** Where another gateway does the same at once, one of the two finds the list longer already. */
  async #putBack(length: number): Promise<void> {
    const { lines } = this.#history
    const missing = lines.slice(length)
    if (await this.#list.append(lines[length - 1], missing))
      this.#log.warn({ from: length + 1, to: lines.length }, 'entries that Redis had lost are put back')
  }

  async #settle(): Promise<void> {
    const { file, isBeginning = () => false, describe = () => ({}) } = this.#options
    const mine = this.#history.lines
    const theirs = await settleDivergence({
      list: this.#list,
      mine,
      isBeginning,
      describe,
      log: this.#log,
      file,
    })
    if (theirs === undefined) return
    await this.#copy.replace(theirs.lines, theirs.aside)
    this.#history.replace(theirs.lines)
  }
}
