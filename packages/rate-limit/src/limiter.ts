import type { OnStoreFailure } from '@stockgate/policy-schema'
import type { Charge } from './charge.ts'
import type { Decision, Receipt, RefusalNote } from './decision.ts'

/** What goes with a decision besides the charge. */
export interface DecideOptions {
  /** The tier's rule for the time the shared counters are out of reach. */
  readonly onStoreFailure: OnStoreFailure
}

/**
 * Decides whether a request may pass. A refused request spends nothing, from no limit. A limiter is total: when
 * its store is gone it still decides, and it never rejects because of an outage.
 */
export interface Limiter {
  decide(charge: Charge, options: DecideOptions): Decision | Promise<Decision>
  /**
   * How the request would be decided now; spends nothing and stores nothing. The states are as they are, without
   * the cost of this request.
   */
  peek(charge: Charge, options: DecideOptions): Decision | Promise<Decision>
  /**
   * Corrects what an admitted request has taken to its true cost: 0 gives everything back, more than was taken is
   * taken now, at most up to empty limits. Candidates are corrected too. Never throws, never waits; a store out of
   * reach loses the correction.
   */
  settle(receipt: Receipt, cost: number): void
  /** Frees the places of concurrency limits. To be called once for each receipt, when the request has ended. */
  release(receipt: Receipt): void
  /** Keeps a refusal for `refusals`; the newest few of an owner are kept, for a day at most. */
  note(owner: string, refusal: RefusalNote): void
  /** The newest refusals of an owner first. */
  refusals(owner: string): Promise<readonly RefusalNote[]>
  /** Whether it can decide. A lost store does not change that. */
  ready(): boolean
  close(): Promise<void>
}
