import type { Counter, Group } from './charge.ts'

const NONE: Counter[] = []

/** What a limiter writes into its receipts: where an admitted request has been counted. */
export class Taken {
  /** The limiter that wrote it; no other may settle it. */
  readonly by: object
  /** The groups that took the cost: the one in force and the candidates that would have admitted the request. */
  readonly groups: readonly Group[]
  /** What has been taken up to now. */
  cost: number
  /** When, in microseconds since the epoch by the gateway's clock. */
  readonly at: number
  /** For each calendar quota, by the counter's id, the start of the period it was counted in. */
  starts: Map<string, number> | undefined = undefined
  /** Concurrency limits in which it holds a place, under one number. */
  places: Counter[] = NONE
  lease = 0

  constructor(by: object, groups: readonly Group[], cost: number, at: number) {
    this.by = by
    this.groups = groups
    this.cost = cost
    this.at = at
  }
}

/** The difference a true cost makes to what was taken, 0 where it makes none; what is no cost makes none. */
export function correction(taken: Taken, cost: number): number {
  if (!Number.isSafeInteger(cost) || cost < 0) return 0
  const delta = cost - taken.cost
  taken.cost = cost
  return delta
}
