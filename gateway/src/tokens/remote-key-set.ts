import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { RingKey } from '../settings/key-ring.ts'
import { createFetchBudget } from './fetch-budget.ts'
import { FETCH_OUTCOMES, FetchFailed, type FetchOutcome, fetchKeySet } from './fetch-key-set.ts'
import type { KeptKeySet, KeptSet } from './kept-key-set.ts'
import { createKeyAlarms, type KeyAlarms } from './key-alarms.ts'
import { type KeySet, type KeySetStatus, KeysUnreachable } from './key-set.ts'

const FETCH_WITHIN_MS = 3_000
/** How long an answer is good that does not say so itself. */
const LIFETIME_MS = 300_000
/** A key that its issuer withdraws is to be dead within a minute, whatever the issuer allows to caches. */
const SHORTEST_REFRESH_MS = 30_000
const LONGEST_REFRESH_MS = 50_000
/** Pauses after failed fetches: while no key is known they grow from the first to the longest. */
const FIRST_RETRY_MS = 500
const LONGEST_FIRST_RETRY_MS = 5_000
const RETRY_MS = 15_000
/** A kid that was looked for in vain is not looked for again so soon. */
const STRANGER_MS = 30_000
const STRANGERS_MOST = 10_000
/** Requests that may wait for one fetch; an issuer that is slow must not pile them up. */
const WAITING_MOST = 1_000

export interface RemoteKeySetOptions {
  readonly issuer: string
  readonly url: URL
  readonly algorithms: readonly string[]
  /** How old keys may be that are still believed. */
  readonly maxStaleMs: number
  readonly kept?: KeptKeySet
  readonly log: Logger
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Told when keys are no longer what they were, with the key ids that still are. */
  readonly onKeysGone: (unchanged: ReadonlySet<string>) => void
  /** Runs something later, and gives how to call it off. */
  readonly later?: (run: () => void, ms: number) => () => void
}

/**
 * Keys that an issuer serves. They are fetched beside the requests, at half of the life of the last answer; the last
 * good set stays in use while the issuer is away, up to a bound, and is kept on disk for the next start.
 */
export class RemoteKeySet implements KeySet {
  readonly #options: RemoteKeySetOptions
  readonly #alarms: KeyAlarms
  readonly #budget = createFetchBudget()
  readonly #strangers = new LRUCache<string, number>({ max: STRANGERS_MOST })
  readonly #fetches = Object.fromEntries(FETCH_OUTCOMES.map((one) => [one, 0])) as Record<
    FetchOutcome,
    number
  >
  #set: KeptSet | undefined
  #skipped = 0
  #strangersSeen = 0
  #failure: FetchFailed | undefined
  #failures = 0
  #tried = false
  #running: Promise<void> | undefined
  #writing: Promise<void> = Promise.resolve()
  #waiting = 0
  #stopped = true
  #callOff: () => void = () => {}

  /** Reads what is kept on disk; fetches nothing. */
  constructor(options: RemoteKeySetOptions) {
    this.#options = options
    this.#alarms = createKeyAlarms(options)
    this.#set = this.#readKept()
  }

  known(): boolean {
    return this.#options.clock() < this.believedUntil()
  }

  believedUntil(): number {
    return this.#set === undefined ? 0 : this.#set.fetchedAt + this.#options.maxStaleMs
  }

  async find(kid: string): Promise<RingKey | undefined> {
    if (!this.known()) {
      // After a sleep of the machine the next planned fetch can be far off although what is here is too old.
      const isOld = this.#set !== undefined && this.#running === undefined
      if (isOld && this.#budget.allows(this.#options.clock())) void this.refresh(false)
      if (this.#running !== undefined) await this.#wait(this.#running)
      if (!this.known()) throw new KeysUnreachable(this.#failure)
    }
    return this.#key(kid) ?? (await this.#lookFor(kid))
  }

  status(): KeySetStatus {
    return {
      keys: this.#set?.ring.keys.size ?? 0,
      skipped: this.#skipped,
      fetchedAt: this.#set?.fetchedAt ?? null,
      lastFetchGood: this.#tried ? this.#failure === undefined : null,
      fetches: { ...this.#fetches },
      strangers: this.#strangersSeen,
    }
  }

  start(): void {
    this.#stopped = false
    void this.refresh()
  }

  stop(): void {
    this.#stopped = true
    this.#callOff()
  }

  /** Fetches now, or joins the fetch that is under way. Never rejects. */
  refresh(planned = true): Promise<void> {
    if (this.#running === undefined) {
      this.#budget.spend(this.#options.clock(), planned)
      this.#running = this.#fetch().finally(() => {
        this.#running = undefined
      })
    }
    return this.#running
  }

  #key(kid: string): RingKey | undefined {
    return this.#set?.ring.keys.get(kid)
  }

  /** A key we do not have: the issuer is asked where the budget allows it, and once for all who look meanwhile. */
  async #lookFor(kid: string): Promise<RingKey | undefined> {
    const now = this.#options.clock()
    this.#strangersSeen++
    const lookedForAt = this.#strangers.get(kid)
    if (lookedForAt !== undefined && lookedForAt <= now && now - lookedForAt < STRANGER_MS) return undefined
    if (this.#running === undefined) {
      if (!this.#budget.allows(now)) return undefined
      void this.refresh(false)
    }
    if (!(await this.#wait(this.#running as unknown as Promise<void>))) return undefined
    const found = this.#key(kid)
    if (found === undefined) this.#strangers.set(kid, now)
    return found
  }

  /** False where too many wait already. */
  async #wait(fetch: Promise<void>): Promise<boolean> {
    if (this.#waiting >= WAITING_MOST) return false
    this.#waiting++
    await fetch
    this.#waiting--
    return true
  }

  async #fetch(): Promise<void> {
    this.#callOff()
    const { url, algorithms, clock } = this.#options
    const began = clock()
    let pause: number
    try {
      const { ring, lifetimeMs = LIFETIME_MS } = await fetchKeySet(url, algorithms, FETCH_WITHIN_MS)
      this.#fetches.fetched++
      this.#failure = undefined
      this.#failures = 0
      // What the issuer withdrew while it answered is told next time: the set is as old as the question.
      this.#take({ ring, fetchedAt: began })
      const half = Math.min(Math.max(lifetimeMs / 2, SHORTEST_REFRESH_MS), LONGEST_REFRESH_MS)
      pause = half * (0.9 + Math.random() / 10)
    } catch (error) {
      const failure = error as FetchFailed
      if (!(failure instanceof FetchFailed)) throw error
      this.#fetches[failure.outcome]++
      this.#failure = failure
      this.#alarms.failed(failure, this.#set?.fetchedAt)
      const first = Math.min(FIRST_RETRY_MS * 2 ** this.#failures++, LONGEST_FIRST_RETRY_MS)
      pause = (this.known() ? RETRY_MS : first) * (1 + Math.random() / 10)
    }
    this.#tried = true
    if (!this.#stopped) this.#callOff = (this.#options.later ?? later)(() => void this.refresh(), pause)
  }

  #take(next: KeptSet): void {
    const before = this.#set
    this.#set = next
    this.#skipped = next.ring.skipped.length
    this.#alarms.fetched(next.ring.skipped)
    this.#keep(next)
    if (before?.ring.fingerprint === next.ring.fingerprint) return
    this.#strangers.clear()
    if (before === undefined) return
    const unchanged = new Set<string>()
    for (const [kid, { key }] of next.ring.keys)
      if (before.ring.keys.get(kid)?.key.equals(key)) unchanged.add(kid)
    if (unchanged.size < before.ring.keys.size) this.#options.onKeysGone(unchanged)
  }

  /** One write after the other, beside everything else. */
  #keep(set: KeptSet): void {
    const { kept } = this.#options
    if (kept === undefined) return
    this.#writing = this.#writing
      .then(() => kept.write(set))
      .then(this.#alarms.kept, (error: unknown) => this.#alarms.notKept(error))
  }

  #readKept(): KeptSet | undefined {
    const { kept, clock, maxStaleMs } = this.#options
    if (kept === undefined) return undefined
    try {
      const set = kept.read()
      if (set === undefined) return undefined
      const fetchedAt = Math.min(set.fetchedAt, clock())
      this.#alarms.readFromDisk({ ageMs: clock() - fetchedAt, believed: clock() - fetchedAt < maxStaleMs })
      return { ring: set.ring, fetchedAt }
    } catch (error) {
      this.#alarms.notKept(error)
      return undefined
    }
  }
}

function later(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms)
  timer.unref()
  return () => clearTimeout(timer)
}
