import type { CallCounts } from '../../client/api-client.ts'
import type { Order } from '../order.ts'
import type { Documents } from '../plan/documents.ts'
import type { Check } from '../reconcile/check.ts'
import type { LineCounts } from '../reconcile/reconcile.ts'
import { countLines } from '../run/check-books.ts'
import type { ReplayResult } from '../run/replay.ts'
import { countByReason, skippedLines } from './skipped-lines.ts'

/** All figures of a replay: what `--json` writes, and what the printed summary is made of. */
export interface ReplaySummary {
  readonly file: string
  readonly gateway: string
  readonly end: ReplayResult['end']
  readonly failure?: string
  readonly ok: boolean
  readonly seconds: number
  readonly orders_per_second: number
  readonly lines: Partial<LineCounts> & {
    readonly read: number
    readonly skipped_by_reason: Record<string, number>
  }
  readonly invoices: number
  readonly orders: {
    readonly created: number
    readonly replayed: number
    readonly old: number
    readonly unsettled: number
    readonly by_status: Record<string, number>
    readonly by_rejection: Record<string, number>
  }
  readonly refused: ReplayResult['placed']['refused']
  readonly cancellations?: { readonly changed: number; readonly unchanged: number; readonly units: number }
  readonly returns?: ReplayResult['returned']
  readonly shipped?: ReplayResult['shipped']
  readonly calls: Calls
  readonly checks: readonly Check[]
}

/** What it took to get the answers, for each of the two clients. */
export interface Calls {
  readonly client: Readonly<CallCounts>
  readonly clerk: Readonly<CallCounts>
}

export interface SummaryInput {
  readonly file: string
  readonly gateway: URL
  readonly documents: Documents
  readonly result: ReplayResult
  readonly calls: Calls
  readonly seconds: number
}

/** Puts the figures of a run together. */
export function summarize({ file, gateway, documents, result, calls, seconds }: SummaryInput): ReplaySummary {
  const { placed, own, plan, cancelled, returned, shipped, checks = [] } = result
  const posted = placed.created + placed.replayed
  const skipped = skippedLines(documents, plan)
  const back = plan && cancelled && [...plan.returns, ...cancelled.late]
  const counted = back && countLines(documents, plan, cancelled, back)
  return {
    file,
    gateway: gateway.origin,
    end: result.end,
    ...(result.failure !== undefined && { failure: result.failure }),
    ok: result.end === 'complete' && checks.every(({ ok }) => ok),
    seconds: round(seconds),
    orders_per_second: round(posted / Math.max(result.orderSeconds, 0.001)),
    lines: {
      ...(counted ?? { read: documents.linesRead, skipped: skipped.length }),
      skipped_by_reason: Object.fromEntries(countByReason(skipped)),
    },
    invoices: documents.invoices.size,
    orders: {
      created: placed.created,
      replayed: placed.replayed,
      old: placed.old,
      unsettled: result.unsettled.length,
      by_status: countBy(own, ({ status }) => status),
      by_rejection: countBy(own, ({ rejection }) => rejection?.code),
    },
    refused: placed.refused,
    ...(cancelled && {
      cancellations: { changed: cancelled.changed, unchanged: cancelled.unchanged, units: cancelled.units },
    }),
    ...(returned && { returns: returned }),
    ...(shipped && { shipped }),
    calls: { client: rounded(calls.client), clerk: rounded(calls.clerk) },
    checks,
  }
}

function countBy(
  own: ReplayResult['own'],
  nameOf: (order: Order) => string | undefined,
): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const order of own?.byInvoice.values() ?? []) {
    const name = nameOf(order)
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

const rounded = (counts: CallCounts) => ({ ...counts, limitedMs: Math.round(counts.limitedMs) })

const round = (value: number) => Math.round(value * 10) / 10
