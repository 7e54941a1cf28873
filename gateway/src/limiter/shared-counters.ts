import type { Charge, Counter, CounterReading, Decision, Receipt, RefusalNote } from '@stockgate/rate-limit'

/** Counters that all gateways share. What must be answered rejects when no answer comes in time. */
export interface SharedCounters {
  /** Whether the connection is up. */
  reachable(): boolean
  decide(charge: Charge): Promise<Decision>
  peek(charge: Charge): Promise<Decision>
  settle(receipt: Receipt, cost: number): void
  release(receipt: Receipt): void
  /** Takes places that are in use already, whether or not they fit. */
  adopt(owner: string, places: readonly Counter[]): Receipt
  /** Makes sure of all places held. */
  renewAll(): void
  note(owner: string, refusal: RefusalNote): void
  refusals(owner: string): Promise<readonly RefusalNote[]>
  close(): Promise<void>
}

/** One counter as a gateway hands it over after an outage. */
export interface HandedOver {
  readonly counter: Counter
  /** What was known of the shared counter when it was lost, by now. */
  readonly base: CounterReading | undefined
  /** What the counter of the share says; null where only what was known is to be put back. */
  readonly own: CounterReading | null
  /** How much of `own` has been handed over before, by now: debt in microseconds, or units; null for nothing. */
  readonly before: number | null
  /** Among how many gateways the limit was shared. */
  readonly gateways: number
}

/** How an outage of the shared counters ends. */
export interface StoreCare {
  /** Writes and reads something. Gives a mark that is another one when the store has been emptied since. */
  probe(): Promise<string>
  /** Adds what was admitted without the shared counters, which then stand at what was known of them at least. */
  handOver(changes: readonly HandedOver[]): Promise<void>
}

/** A counter as it was known here, with nothing to add. */
export function knownBefore(counter: Counter, base: CounterReading): HandedOver {
  return { counter, base, own: null, before: null, gateways: 1 }
}
