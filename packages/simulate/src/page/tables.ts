import type { ClientCount } from '../replay/clients.ts'
import { moment, percent, whole } from '../report/figures.ts'
import type { LimitReport, PeakUse, Report } from '../report/report.ts'
import { type Html, html } from './html.ts'
import { timeOf } from './time-plot.ts'

type Cell = string | Html

/** A table whose first `texts` columns are words, the others figures. The first column names its row. */
export function dataTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  texts = 1,
): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((name, column) => html`<th scope="col"${column < texts ? html` class="text"` : null}>${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((cell, column) => {
        if (column === 0) return html`<th scope="row" class="text">${cell}</th>`
        return html`<td${column < texts ? html` class="text"` : null}>${cell}</td>`
      })}</tr>
`,
  )}</tbody></table></div>`
}

/** The same numbers as the plot of time. */
export function timeTable({ timeLine: { columns } }: Report): Html {
  return dataTable(
    'Calls over time (UTC)',
    ['From', 'Calls', 'Refused before', 'Refused by draft'],
    columns.map((column) => [
      timeOf(column),
      whole(column.calls),
      whole(column.refusedBefore),
      whole(column.refusedAfter),
    ]),
  )
}

export function clientTable(caption: string, clients: readonly ClientCount[]): Html {
  return dataTable(
    caption,
    ['Client or address', 'Calls', 'Refused before', 'Refused by draft'],
    clients.map(({ name, calls, refusedBefore, refusedAfter }) => [
      name,
      whole(calls),
      whole(refusedBefore),
      whole(refusedAfter),
    ]),
  )
}

export function limitTable(limits: readonly LimitReport[]): Html {
  return dataTable(
    'Every limit that was in force',
    [
      'Tier',
      'Limit',
      'Before',
      'Draft',
      'Calls',
      'Refused before',
      'Refused by draft',
      'Peak use of draft',
      'None refused',
      '1 % refused',
    ],
    limits.map((row) => [
      row.tier,
      row.because === null ? row.limit : html`${row.limit}<br><small class="wrap">${row.because}</small>`,
      row.before ?? 'none',
      row.after ?? 'removed',
      whole(row.calls),
      countOr(row.refusedBefore),
      countOr(row.refusedAfter),
      row.peakAfter === null ? '–' : peakCell(row.peakAfter),
      countOr(row.quotaForNobody),
      countOr(row.quotaForOnePercent),
    ]),
    4,
  )
}

function peakCell({ share, at, owner }: PeakUse): Html {
  return html`${percent(share, 1)}<br><small>${moment(at)}<br>${owner}</small>`
}

function countOr(count: number | null): string {
  return count === null ? '–' : whole(count)
}
