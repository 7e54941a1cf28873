import type { DecidedBy } from '@stockgate/rate-limit'
import { RecentCount } from './last-minute.ts'

/** Limits are named by the policy and not by clients, yet a policy may be changed without end. */
const MOST_ROWS = 2_000
const OTHERS = 'others'

/** What one limit of a tier has done since the start of the gateway. */
export interface LimitTally {
  readonly tier: string
  readonly limit: string
  /** Calls held against it. */
  total: number
  /** Those after which at least 80 % of it were in use, and which it did not refuse. */
  near: number
  /** Those it was in the way of, be it alone or with others. */
  refused: number
  readonly refusedLately: RecentCount
}

/** Counts what each limit does, and who decides. */
export class LimitTallies {
  /** By who decided: admitted and refused calls. */
  readonly decisions: Readonly<Record<DecidedBy, { admitted: number; refused: number }>> = {
    memory: { admitted: 0, refused: 0 },
    redis: { admitted: 0, refused: 0 },
    share: { admitted: 0, refused: 0 },
    open: { admitted: 0, refused: 0 },
    closed: { admitted: 0, refused: 0 },
  }
  readonly #tiers = new Map<string, Map<string, LimitTally>>()
  #size = 0

  /** The row to count in. */
  of(tier: string, limit: string): LimitTally {
    return this.#tiers.get(tier)?.get(limit) ?? this.#add(tier, limit)
  }

  rows(): LimitTally[] {
    return [...this.#tiers.values()].flatMap((limits) => [...limits.values()])
  }

  #add(tier: string, limit: string): LimitTally {
    if (this.#size >= MOST_ROWS && tier !== OTHERS) return this.of(OTHERS, OTHERS)
    this.#size++
    const row = { tier, limit, total: 0, near: 0, refused: 0, refusedLately: new RecentCount() }
    const limits = this.#tiers.get(tier)
    if (limits) limits.set(limit, row)
    else this.#tiers.set(tier, new Map([[limit, row]]))
    return row
  }
}
