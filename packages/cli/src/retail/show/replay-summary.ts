import type { CallCounts } from '../../client/api-client.ts'
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
    readonly unsettled: number
    readonly by_status: Record<string, number>
  }
  readonly refused: ReplayResult['placed']['refused']
  readonly cancellations?: { readonly changed: number; readonly unchanged: number; readonly units: number }
  readonly returns?: ReplayResult['returned']
  readonly shipped?: ReplayResult['shipped']
  readonly client: CallCounts
  readonly checks: readonly Check[]
}

export interface SummaryInput {
  readonly file: string
  readonly gateway: URL
  readonly documents: Documents
  readonly result: ReplayResult
  readonly calls: CallCounts
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
      unsettled: result.unsettled.length,
      by_status: statuses(own),
    },
    refused: placed.refused,
    ...(cancelled && {
      cancellations: { changed: cancelled.changed, unchanged: cancelled.unchanged, units: cancelled.units },
    }),
    ...(returned && { returns: returned }),
    ...(shipped && { shipped }),
    client: { ...calls, limitedMs: Math.round(calls.limitedMs) },
    checks,
  }
}

function statuses(own: ReplayResult['own']): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status } of own?.byInvoice.values() ?? []) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

const round = (value: number) => Math.round(value * 10) / 10
