import { type SkippedLine, type SkipReason, skipReasons } from '../file/skip-reasons.ts'
import type { Check } from '../reconcile/check.ts'
import { orderRows, type SummaryRow } from './order-rows.ts'
import type { ReplaySummary } from './replay-summary.ts'
import { table } from './table.ts'

const FIRST_SKIPPED = 5
const FIRST_REFUSED = 5

/** The summary of a replay as text for a terminal. */
export function printReplay(summary: ReplaySummary, skipped: readonly SkippedLine[], report: string): string {
  const sections = [
    `${headline(summary)}\n`,
    section('orders', orderRows(summary)),
    section('lines of the file', lineRows(summary)),
    firstSkipped(skipped, report),
    refusals(summary),
    checks(summary.checks),
    `${verdict(summary)}\n`,
  ]
  return sections.filter(Boolean).join('\n')
}

function headline({ file, gateway, seconds }: ReplaySummary): string {
  return `${file} through ${gateway} in ${seconds} s`
}

function lineRows({ lines }: ReplaySummary): SummaryRow[] {
  const { read, ordered, cancelled, returned, beyondLimit, skipped } = lines
  const rows: [string, number | undefined][] = [
    ['read', read],
    ['ordered', ordered],
    ['cancelled in their order', cancelled],
    ['returned to stock', returned],
    ['left out by --limit', beyondLimit || undefined],
    ['skipped', skipped],
  ]
  const reasons = Object.entries(lines.skipped_by_reason) as [SkipReason, number][]
  return [
    ...rows.filter((row) => row[1] !== undefined).map(([name, count]): SummaryRow => [name, count ?? 0, '']),
    ...reasons.map(([reason, count]): SummaryRow => [`  ${reason}`, count, skipReasons[reason]]),
  ]
}

function section(title: string, rows: SummaryRow[]): string {
  return `${title}\n${table(rows.map(([name, count, note]) => [name, count.toLocaleString('en'), note]))}`
}

function firstSkipped(skipped: readonly SkippedLine[], report: string): string {
  if (skipped.length === 0) return ''
  const first = skipped.slice(0, FIRST_SKIPPED).map(({ line, reason, stockCode, value }) => {
    const what = stockCode || value
    return `  line ${line}: ${reason}${what && ` (${what})`}\n`
  })
  return `skipped lines, all of them in ${report}\n${first.join('')}`
}

function refusals({ refused, shipped }: ReplaySummary): string {
  const all = [...refused, ...(shipped?.refused ?? [])]
  if (all.length === 0) return ''
  const first = all.slice(0, FIRST_REFUSED).map(({ invoice, why }) => `  invoice ${invoice}: ${why}\n`)
  return `refused: ${all.length}\n${first.join('')}`
}

function checks(list: readonly Check[]): string {
  if (list.length === 0) return ''
  const rows = list.map(({ name, left, right, ok }) => [
    ok ? 'ok' : 'NO',
    name,
    left.toLocaleString('en'),
    right.toLocaleString('en'),
  ])
  const differences = list.flatMap((check) => check.differences.map((text) => `  ${check.name}: ${text}\n`))
  return `reconciliation\n${table(rows, [2, 3])}${differences.join('')}`
}

function verdict({ end, failure, ok, checks, orders }: ReplaySummary): string {
  const wrong = checks.filter((check) => !check.ok).length
  if (end === 'stopped') return 'stopped; run the same command again to go on'
  if (end === 'failed') return `cut short: ${failure}; run the same command again to go on`
  if (end === 'unsettled')
    return `${orders.unsettled} invoices have no outcome yet, so nothing was cancelled or shipped; run again`
  return ok ? 'all sums hold' : `${wrong} of ${checks.length} sums do not hold`
}
