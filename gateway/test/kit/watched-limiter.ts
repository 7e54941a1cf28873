import {
  type Charge,
  type DecideOptions,
  type Decision,
  MemoryLimiter,
  type Receipt,
} from '@stockgate/rate-limit'
import type { ManualClock } from '@stockgate/test-kit'

/** The limiter of one process on a clock that stands still, which also tells what was asked of it. */
export class WatchedLimiter extends MemoryLimiter {
  readonly settled: number[] = []
  readonly released: Receipt[] = []
  /** A decision waits for this where it is set, as one does whose counters are in Redis. */
  beforeDecision: Promise<unknown> | undefined

  constructor(clock: ManualClock) {
    super({ now: () => clock.now() * 1_000, heartbeatMs: 0 })
  }

  // The interface allows either, the memory twin alone never needs to wait.
  override decide(charge: Charge, _options?: DecideOptions): Decision {
    const wait = this.beforeDecision
    if (wait === undefined) return super.decide(charge)
    return wait.then(() => super.decide(charge)) as unknown as Decision
  }

  override settle(receipt: Receipt, cost: number): void {
    this.settled.push(cost)
    super.settle(receipt, cost)
  }

  override release(receipt: Receipt): void {
    this.released.push(receipt)
    super.release(receipt)
  }
}
