import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type SkippedLine, type SkipReason, skipReasons } from '../file/skip-reasons.ts'
import type { Documents } from '../plan/documents.ts'
import type { CancellationPlan } from '../plan/match-cancellations.ts'

/** Every line that was left out, in the order of the file. */
export function skippedLines({ skipped }: Documents, plan?: CancellationPlan): SkippedLine[] {
  const needless = (plan?.needless ?? []).map(
    ({ line, invoice, sku, quantity }): SkippedLine => ({
      line,
      reason: 'order-was-rejected',
      invoice,
      stockCode: sku,
      value: String(-quantity),
    }),
  )
  return [...skipped, ...needless].sort((a, b) => a.line - b.line)
}

/** How many lines each reason took, in the order of the reasons; reasons nothing met are left out. */
export function countByReason(lines: readonly SkippedLine[]): Map<SkipReason, number> {
  const counts = new Map<SkipReason, number>()
  for (const reason of Object.keys(skipReasons) as SkipReason[]) {
    const count = lines.filter((line) => line.reason === reason).length
    if (count > 0) counts.set(reason, count)
  }
  return counts
}

/** Writes the lines as CSV, one row per line that was left out. */
export function writeSkippedLines(path: string, lines: readonly SkippedLine[]): void {
  const rows = lines.map(({ line, reason, invoice, stockCode, value }) =>
    [line, reason, quoted(invoice), quoted(stockCode), quoted(value)].join(','),
  )
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${['line,reason,invoice,stock_code,value', ...rows].join('\r\n')}\r\n`)
}

/** Quoted where CSV wants it, and never read as a formula by a spreadsheet. */
function quoted(text: string): string {
  const safe = /^[=+@\t\r]|^-(?![\d.]+$)/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
