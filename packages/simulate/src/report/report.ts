import type { ClientCount } from '../replay/clients.ts'
import type { Column } from '../replay/time-line.ts'
import type { FileCount } from '../traffic/index.ts'

/** Clients of one kind, worst first. */
export interface ClientList {
  readonly total: number
  /** The first few of them. */
  readonly shown: readonly ClientCount[]
}

/** The highest use of a limit. */
export interface PeakUse {
  /** From 0 to 1; a refusal counts as all of it. */
  readonly share: number
  /** ISO 8601. */
  readonly at: string
  /** Whose: the owner of the counter, such as `client:demo`. */
  readonly owner: string
}

/** What became of one limit of a tier under the draft and, where that had it, under the limits in force. */
export interface LimitReport {
  readonly tier: string
  readonly limit: string
  readonly kind: 'rate' | 'calendar' | 'concurrency'
  /** The rule by which it was in force. */
  readonly rule: string
  /** The schedule, override or rollout that gave this limit a row of its own; null where it says what the tier does. */
  readonly because: string | null
  /** In words: `100 per 1 s`. Null where there is no such limit. */
  readonly before: string | null
  readonly after: string | null
  /** Calls that were held against it. */
  readonly calls: number
  readonly refusedBefore: number | null
  readonly refusedAfter: number | null
  readonly peakBefore: PeakUse | null
  readonly peakAfter: PeakUse | null
  /** Smallest quotas that would have been enough, this limit taken alone. Null where unknown. */
  readonly quotaForNobody: number | null
  readonly quotaForOnePercent: number | null
}

/** Everything that a simulation tells; text, JSON and page are made of it. */
export interface Report {
  /** What the documents are called. */
  readonly draft: string
  readonly against: string
  /** The tier all calls were put into, if one was named. */
  readonly tier: string | null
  readonly files: readonly FileCount[]
  readonly first: string
  readonly last: string
  readonly calls: number
  readonly refusedBefore: number
  readonly refusedAfter: number
  readonly refusedWhenRecorded: number
  readonly clients: number
  /** Never refused before, refused under the draft. */
  readonly newlyRefused: ClientList
  /** Refused before, never under the draft. */
  readonly freed: ClientList
  readonly busiest: ClientList
  /** Those with the most refusals, before and after taken together. */
  readonly mostRefused: ClientList
  readonly limits: readonly LimitReport[]
  readonly timeLine: { readonly seconds: number; readonly columns: readonly Column[] }
  /** What the reader must know about how the figures came to be. */
  readonly notes: readonly string[]
}
