import type { Charge, Counter, CounterReading, Decision, Receipt, RefusalNote } from '@stockgate/rate-limit'
import type { Change } from './share-limiter.ts'

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
  note(owner: string, refusal: RefusalNote): void
  refusals(owner: string): Promise<readonly RefusalNote[]>
  close(): Promise<void>
}

/** How an outage of the shared counters ends. */
export interface StoreCare {
  /** Writes and reads something. Gives a mark that is another one when the store has been emptied since. */
  probe(): Promise<string>
  /** Adds what was admitted without the shared counters, which then stand at what was known of them at least. */
  handOver(changes: readonly HandedOver[]): Promise<void>
}

/** One counter to be handed over. */
export type HandedOver = Pick<Change, 'counter' | 'base' | 'added' | 'start' | 'end'>

/** A counter as it was known here, with nothing to add. */
export function knownBefore(counter: Counter, base: CounterReading): HandedOver {
  const { start, end } = base.kind === 'calendar' ? base : { start: 0, end: 0 }
  return { counter, base, added: 0, start, end }
}
