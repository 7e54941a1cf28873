import { duration, moment, percent, whole } from '../report/figures.ts'
import type { ClientList, Report } from '../report/report.ts'
import { clientPlot } from './client-plot.ts'
import { type Html, html } from './html.ts'
import { peakPlot } from './peak-plot.ts'
import { style } from './style.ts'
import { clientTable, limitTable, timeTable } from './tables.ts'
import { timePlot, widthWords } from './time-plot.ts'

/** The report as one page that needs nothing else: no script, no font, no network. */
export function asPage(report: Report): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Simulation of ${report.draft}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>What <code>${report.draft}</code> would have done to recorded traffic</h1>
${facts(report)}
</header>
<main>
${tiles(report)}
<section aria-labelledby="time">
<h2 id="time">Calls over time</h2>
<p>Calls per ${widthWords(report.timeLine.seconds)}, times in UTC.</p>
<ul class="legend"><li><i class="allowed"></i>allowed</li><li><i class="refused"></i>refused</li><li><i class="before"></i>refused before (lowest panel)</li></ul>
<figure>${timePlot(report)}</figure>
<details><summary>The numbers of this plot</summary>${timeTable(report)}</details>
</section>
${clientSection('refused', 'Clients with the most refusals', report.mostRefused)}
${clientSection('busy', 'Busiest clients', report.busiest)}
${changes(report)}
<section aria-labelledby="peaks">
<h2 id="peaks">Limits</h2>
<p>Peak use is the highest share of a quota that was in use at once; 100 % wherever a call was refused. “None refused”
is the smallest quota under which nobody would have been refused, “1 % refused” the smallest that refuses at most one
call in a hundred.</p>
<ul class="legend"><li><i class="before"></i>before</li><li><i class="draft"></i>draft</li></ul>
<figure>${peakPlot(report.limits)}</figure>
${limitTable(report.limits)}
</section>
${notes(report)}
</main>
</body>
</html>
`.text
}

function facts({ draft, against, tier, files, first, last }: Report): Html {
  return html`<dl>
<dt>Draft</dt><dd>${draft}</dd>
<dt>Compared with</dt><dd>${against}</dd>
${tier === null ? null : html`<dt>Tier</dt><dd>${tier}, for every call</dd>`}
${files.map(
  ({ path, format, lines, calls, other, malformed }) =>
    html`<dt>Traffic</dt><dd>${path} (${format}): ${whole(lines)} lines, ${whole(calls)} calls, ${whole(other)} not held against limits, ${whole(malformed)} malformed</dd>`,
)}
<dt>Time</dt><dd>${moment(first)} – ${moment(last)} (${duration(Date.parse(last) - Date.parse(first))})</dd>
</dl>`
}

function tiles({ calls, clients, refusedBefore, refusedAfter, newlyRefused, freed }: Report): Html {
  const shown: [string, string][] = [
    [whole(calls), `calls of ${whole(clients)} clients`],
    [whole(refusedBefore), `refused before, ${percent(refusedBefore, calls)}`],
    [whole(refusedAfter), `refused by the draft, ${percent(refusedAfter, calls)}`],
    [whole(newlyRefused.total), 'clients newly refused'],
    [whole(freed.total), 'clients freed'],
  ]
  return html`<ul class="tiles">${shown.map(([figure, words]) => html`<li><strong>${figure}</strong><span>${words}</span></li>`)}</ul>`
}

function clientSection(id: string, title: string, list: ClientList): Html | null {
  if (list.total === 0) return null
  const more =
    list.total > list.shown.length ? `, the first ${list.shown.length} of ${whole(list.total)}` : ''
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
<p>Upper bar: before. Lower bar: draft.</p>
<ul class="legend"><li><i class="allowed"></i>allowed</li><li><i class="refused"></i>refused</li></ul>
<figure>${clientPlot(list, `${id}-plot`, title)}</figure>
<details><summary>The numbers of this plot</summary>${clientTable(`${title}${more}`, list.shown)}</details>
</section>`
}

function changes({ newlyRefused, freed }: Report): Html | null {
  const lists = [
    { list: newlyRefused, what: 'newly refused: never before, but by the draft' },
    { list: freed, what: 'freed: refused before, never by the draft' },
  ].filter(({ list }) => list.total > 0)
  if (lists.length === 0) return null
  return html`<section aria-labelledby="changes">
<h2 id="changes">Clients for whom it changes</h2>
${lists.map(({ list, what }) => clientTable(`${whole(list.total)} clients ${what}${list.total > list.shown.length ? `; the first ${list.shown.length}` : ''}`, list.shown))}
</section>`
}

function notes({ notes: words, files }: Report): Html {
  const malformed = files.filter((file) => file.malformed > 0)
  return html`<section aria-labelledby="notes">
<h2 id="notes">How to read this</h2>
<ul class="notes">${words.map((note) => html`<li>${note}</li>`)}
${malformed.map(
  ({
    path,
    examples,
    malformed: count,
  }) => html`<li>${whole(count)} malformed lines of ${path} were skipped, such as
${examples.map(({ line, text }) => html`<br>line ${line}: <code>${text}</code>`)}</li>`,
)}</ul>
</section>`
}
