import type { ClientCount } from '../replay/clients.ts'
import type { FileCount } from '../traffic/index.ts'
import { duration, moment, percent, whole } from './figures.ts'
import { plain } from './plain.ts'
import type { ClientList, LimitReport, PeakUse, Report } from './report.ts'
import { table } from './table.ts'

const CLIENTS_SHOWN = 10

/** The report for a terminal. */
export function asText(report: Report): string {
  return `${[...sections(report)].join('\n\n')}\n`
}

function* sections(report: Report): Generator<string> {
  const { calls, first, last, clients } = report
  yield [
    `draft    ${report.draft}`,
    `against  ${report.against}`,
    ...(report.tier === null ? [] : [`tier     ${report.tier}, for every call`]),
    ...report.files.map((file) => `traffic  ${fileWords(file)}`),
    `time     ${moment(first)} – ${moment(last)} (${duration(Date.parse(last) - Date.parse(first))})`,
  ].join('\n')
  yield* report.files.filter(({ malformed }) => malformed > 0).map(malformedLines)
  yield table(
    ['', 'before', 'draft'],
    [
      ['calls', whole(calls), whole(calls)],
      ['refused', whole(report.refusedBefore), whole(report.refusedAfter)],
      ['share', percent(report.refusedBefore, calls), percent(report.refusedAfter, calls)],
    ],
  )
  yield `${whole(clients)} clients: ${whole(report.newlyRefused.total)} newly refused, ${whole(report.freed.total)} freed`
  yield* clientTable('newly refused', report.newlyRefused)
  yield* clientTable('freed', report.freed)
  yield limitTable(report.limits)
  for (const note of report.notes) yield note
}

function fileWords({ path, format, lines, calls, other, outside, malformed }: FileCount): string {
  const rest: [string, number][] = [
    ['not held against limits', other],
    ['outside the time', outside],
    ['malformed', malformed],
  ]
  const words = rest.filter(([, count]) => count > 0).map(([what, count]) => `, ${whole(count)} ${what}`)
  return `${path} (${format}): ${whole(lines)} lines, ${whole(calls)} calls${words.join('')}`
}

function malformedLines({ path, examples, malformed }: FileCount): string {
  const more = malformed > examples.length ? [`  … and ${whole(malformed - examples.length)} more`] : []
  const shown = examples.map(({ line, text }) => `  line ${line}: ${plain(text)}`)
  return [`malformed lines of ${path}:`, ...shown, ...more].join('\n')
}

function* clientTable(title: string, { shown, total }: ClientList): Generator<string> {
  if (total === 0) return
  const rows = shown
    .slice(0, CLIENTS_SHOWN)
    .map((client: ClientCount) => [
      client.name,
      whole(client.calls),
      whole(client.refusedBefore),
      whole(client.refusedAfter),
    ])
  const more = total > rows.length ? `\n… and ${whole(total - rows.length)} more` : ''
  yield table([title, 'calls', 'refused before', 'refused by draft'], rows) + more
}

function limitTable(limits: readonly LimitReport[]): string {
  return table(
    [
      'tier',
      'limit',
      'before',
      'draft',
      'refused before',
      'by draft',
      'peak use',
      'none refused',
      '1 % refused',
    ],
    limits.map((row) => [
      row.tier,
      row.because === null ? row.limit : `${row.limit} (${row.because})`,
      row.before ?? '–',
      row.after ?? 'removed',
      row.refusedBefore === null ? '–' : whole(row.refusedBefore),
      row.refusedAfter === null ? '–' : whole(row.refusedAfter),
      row.peakAfter === null ? '–' : peakWords(row.peakAfter),
      row.quotaForNobody === null ? '–' : whole(row.quotaForNobody),
      row.quotaForOnePercent === null ? '–' : whole(row.quotaForOnePercent),
    ]),
    4,
  )
}

function peakWords({ share, at }: PeakUse): string {
  return `${percent(share, 1)} ${moment(at).slice(0, 16)}`
}
