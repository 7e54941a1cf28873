import { type Breaker, causeOf } from './breaker.ts'
import type { Mirror } from './mirror.ts'
import type { ShareLimiter } from './share-limiter.ts'
import { knownBefore, type SharedCounters, type StoreCare } from './shared-counters.ts'
import type { LimiterLog } from './store-status.ts'

export interface StoreWatchParts {
  readonly breaker: Breaker
  readonly shared: Pick<SharedCounters, 'reachable' | 'renewAll'>
  readonly care: StoreCare
  readonly mirror: Mirror
  readonly log: LimiterLog
  /** Microseconds since the epoch of a clock that never goes back. */
  readonly now: () => number
  /** Milliseconds between probes; 0: only `probe` probes. */
  readonly probeEveryMs: number
  /** What decides while the shared counters are lost. */
  readonly alone: () => ShareLimiter | undefined
  /** Everything is handed over: from now on the shared counters decide. */
  readonly comeBack: () => void
}

/** What was admitted while the last was handed over is handed over in turn, at most so often. */
const HAND_OVER_ROUNDS = 3

/**
 * Looks after the shared counters: finds out that they are lost when nobody asks, that they were emptied, and that
 * they are back; then puts back what is known here and hands over what was admitted alone.
 */
export class StoreWatch {
  readonly #parts: StoreWatchParts
  readonly #timer: NodeJS.Timeout | undefined
  #mark: string | undefined
  #probing: Promise<void> | undefined

  constructor(parts: StoreWatchParts) {
    this.#parts = parts
    if (parts.probeEveryMs > 0) this.#timer = setInterval(() => void this.probe(), parts.probeEveryMs).unref()
  }

  /** Tries the shared counters once; resolves, whatever came of it, when that is over. */
  probe(): Promise<void> {
    this.#probing ??= this.#probe().finally(() => {
      this.#probing = undefined
    })
    return this.#probing
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#probing
  }

  async #probe(): Promise<void> {
    if (!this.#parts.shared.reachable()) return this.#parts.breaker.open('not connected')
    try {
      const mark = await this.#parts.care.probe()
      if (this.#parts.breaker.state.reachable) {
        this.#parts.breaker.succeeded()
        if (this.#mark !== undefined && this.#mark !== mark) await this.#refill()
        else this.#parts.mirror.confirm()
      } else if (this.#parts.breaker.probeSucceeded()) {
        await this.#comeBack(mark)
      }
      this.#mark = mark
    } catch (error) {
      this.#parts.breaker.failed(causeOf(error))
    }
  }

  /** The store has lost its memory: what this gateway knows goes back. */
  async #refill(): Promise<void> {
    // Who calls most often goes first: until then they call on an empty counter.
    const known = [...this.#parts.mirror.live(this.#parts.now())].reverse()
    await this.#parts.care.handOver(known.map(({ counter, reading }) => knownBefore(counter, reading)))
    this.#parts.mirror.confirm()
    this.#parts.shared.renewAll()
    this.#parts.log.warn(
      { counters: known.length },
      'Redis was emptied; the counters known here were put back',
    )
  }

  async #comeBack(mark: string): Promise<void> {
    if (this.#mark !== undefined && this.#mark !== mark) await this.#refill()
    for (let round = 0; round < HAND_OVER_ROUNDS && (await this.#handOver()) > 0; round++);
    // What came in since goes ahead of every later decision, for all of it takes the same connection.
    void this.#handOver().catch(() => {})
    this.#parts.comeBack()
  }

  async #handOver(): Promise<number> {
    const alone = this.#parts.alone()
    const changes = alone?.changes() ?? []
    if (alone === undefined || changes.length === 0) return 0
    const now = this.#parts.now()
    for (const { counter, estimate } of changes) this.#parts.mirror.put(counter, estimate, now)
    await this.#parts.care.handOver(changes)
    for (const change of changes) alone.handedOver(change)
    return changes.length
  }
}
