import {
  type Charge,
  type DecideOptions,
  type Decision,
  epochMicros,
  type Limiter,
  type Receipt,
  type RefusalNote,
  RefusalNotes,
} from '@stockgate/rate-limit'
import type { Place } from '../fleet/index.ts'
import { Breaker, causeOf, type StoreState } from './breaker.ts'
import { HeldBefore } from './held-before.ts'
import type { Mirror } from './mirror.ts'
import { ShareLimiter, TakenAlone } from './share-limiter.ts'
import type { SharedCounters, StoreCare } from './shared-counters.ts'
import { closedDecision, openDecision } from './store-rule.ts'
import type { LimiterLog, StoreStatus } from './store-status.ts'
import { StoreWatch } from './store-watch.ts'

export interface FallbackLimiterOptions {
  readonly shared: SharedCounters
  readonly care: StoreCare
  /** Is told by the shared counters what they say. */
  readonly mirror: Mirror
  /** Which part of how many gateways this one is. */
  readonly place: () => Place
  readonly log: LimiterLog
  /** Hears when other counters decide than before. */
  readonly onChange?: (status: StoreStatus) => void
  /** How many counters are remembered in case of an outage. */
  readonly maxCounters?: number
  /** Microseconds since the epoch of a clock that never goes back. */
  readonly now?: () => number
  /** Milliseconds between probes; 0: only `probe` probes, in tests. */
  readonly probeEveryMs?: number
}

const PROBE_EVERY_MS = 100

/**
 * Decides with the shared counters and, while they are out of reach, with this gateway's share of what was left: an
 * outage of the store is never the client's error, and never lifts its limits. When they are back, what was admitted
 * meanwhile is added to them before they decide again, so that a store that lost its memory frees nobody.
 *
 * A late answer is dropped though the store may have counted it: clients then have a little less, never more.
 */
export class FallbackLimiter implements Limiter {
  readonly #shared: SharedCounters
  readonly #place: () => Place
  readonly #log: LimiterLog
  readonly #now: () => number
  readonly #maxCounters: number
  readonly #breaker: Breaker
  readonly #mirror: Mirror
  readonly #held = new HeldBefore()
  readonly #notes = new RefusalNotes()
  readonly #watch: StoreWatch
  #alone: ShareLimiter | undefined
  #decidedAlone = 0
  #decidedAloneEver = 0
  #outages = 0

  constructor(options: FallbackLimiterOptions) {
    const { maxCounters = 200_000, now = epochMicros, probeEveryMs = PROBE_EVERY_MS } = options
    this.#shared = options.shared
    this.#place = options.place
    this.#log = options.log
    this.#now = now
    this.#maxCounters = maxCounters
    this.#mirror = options.mirror
    this.#breaker = new Breaker({
      now: () => Math.floor(now() / 1_000),
      onChange: (state, before) => {
        this.#tell(state, before)
        options.onChange?.(this.store())
      },
    })
    this.#watch = new StoreWatch({
      breaker: this.#breaker,
      shared: this.#shared,
      care: options.care,
      mirror: this.#mirror,
      log: this.#log,
      now,
      probeEveryMs,
      alone: () => this.#alone,
      comeBack: () => {
        for (const receipt of this.#held.takeLater()) this.#shared.release(receipt)
        this.#shared.renewAll()
        this.#endShare()
        this.#breaker.close()
      },
    })
  }

  /** Which counters decide at present, since when and why. */
  store(): StoreStatus {
    const { reachable, since, cause } = this.#breaker.state
    return {
      decides: reachable ? 'redis' : 'share',
      since,
      cause,
      gateways: this.#place().size,
      outages: this.#outages,
      decidedAlone: this.#decidedAloneEver,
    }
  }

  decide(charge: Charge, options: DecideOptions): Decision | Promise<Decision> {
    return this.#usable() ? this.#ask(charge, options) : this.#decideAlone(charge, options)
  }

  async peek(charge: Charge, { onStoreFailure }: DecideOptions): Promise<Decision> {
    if (this.#usable()) {
      try {
        return await this.#shared.peek(charge)
      } catch (error) {
        if (error instanceof RangeError) throw error
        this.#breaker.failed(causeOf(error))
      }
    }
    if (onStoreFailure === 'open') return { ...openDecision(charge, this.#now()), receipt: null }
    if (onStoreFailure === 'closed') return closedDecision(charge, this.#now())
    return this.#share().peek(charge)
  }

  settle(receipt: Receipt, cost: number): void {
    if (receipt.taken instanceof TakenAlone) receipt.taken.by.settle(receipt, cost)
    else if (receipt.decidedBy === 'redis' && this.#usable()) this.#shared.settle(receipt, cost)
  }

  release(receipt: Receipt): void {
    if (receipt.taken instanceof TakenAlone) {
      const { by, adopted } = receipt.taken
      by.release(receipt)
      if (adopted !== null) this.release(adopted)
      return
    }
    if (receipt.decidedBy !== 'redis') return
    for (const counter of this.#held.release(receipt)) this.#mirror.freed(counter)
    if (this.#usable()) this.#shared.release(receipt)
    else this.#held.later(receipt)
  }

  note(owner: string, refusal: RefusalNote): void {
    if (this.#usable()) this.#shared.note(owner, refusal)
    else this.#notes.add(owner, refusal)
  }

  async refusals(owner: string): Promise<readonly RefusalNote[]> {
    const here = this.#notes.of(owner, this.#now() / 1_000)
    if (!this.#usable()) return here
    const there = await this.#shared.refusals(owner).catch(() => [])
    return [...here, ...there].toSorted((a, b) => b.at - a.at).slice(0, Math.max(here.length, there.length))
  }

  ready(): boolean {
    return true
  }

  async close(): Promise<void> {
    await this.#watch.close()
    await this.#alone?.close()
    await this.#shared.close()
  }

  /** Tries the shared counters once; resolves, whatever came of it, when that is over. */
  probe(): Promise<void> {
    return this.#watch.probe()
  }

  #usable(): boolean {
    if (!this.#breaker.state.reachable) return false
    if (this.#shared.reachable()) return true
    this.#breaker.open('not connected')
    return false
  }

  #ask(charge: Charge, options: DecideOptions): Promise<Decision> {
    return this.#shared.decide(charge).then(
      (decision) => {
        this.#learn(charge, decision)
        return decision
      },
      (error) => {
        // A fault of the caller is no outage.
        if (error instanceof RangeError) throw error
        this.#breaker.failed(causeOf(error))
        return this.#decideAlone(charge, options)
      },
    )
  }

  #learn(charge: Charge, { receipt }: Decision): void {
    if (receipt) this.#held.take(receipt, charge.groups[0].counters)
    if (!this.#breaker.state.reachable) return
    this.#breaker.succeeded()
    // One late answer is no outage: what was decided alone meanwhile is in the shared counters already.
    if (this.#alone) this.#endShare()
  }

  #decideAlone(charge: Charge, { onStoreFailure }: DecideOptions): Decision {
    this.#decidedAlone++
    this.#decidedAloneEver++
    if (onStoreFailure === 'open') return openDecision(charge, this.#now())
    if (onStoreFailure === 'closed') return closedDecision(charge, this.#now())
    return this.#share().decide(charge)
  }

  #share(): ShareLimiter {
    this.#alone ??= new ShareLimiter({
      mirror: this.#mirror,
      place: this.#place(),
      held: (id) => this.#held.count(id),
      maxCounters: this.#maxCounters,
      now: this.#now,
    })
    return this.#alone
  }

  /** Requests in flight keep their places, now in the shared counters. */
  #endShare(): void {
    for (const taken of this.#alone?.holding() ?? []) {
      taken.adopted = this.#shared.adopt(taken.share.owner, taken.places)
      this.#held.take(taken.adopted, taken.places)
    }
    this.#alone = undefined
  }

  #tell(state: StoreState, before: StoreState): void {
    if (state.reachable) {
      const lasted = state.since - before.since
      const fields = { decidedAlone: this.#decidedAlone, lastedMs: lasted, cause: before.cause }
      this.#log.info(fields, 'rate limits are shared again: Redis answers')
      this.#decidedAlone = 0
      return
    }
    this.#outages++
    const { size } = this.#place()
    this.#log.warn(
      { cause: state.cause, gateways: size },
      `rate limits are counted by this gateway alone, 1/${size} of each: Redis does not answer`,
    )
  }
}
