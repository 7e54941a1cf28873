import { percent } from '../report/figures.ts'
import type { LimitReport, PeakUse } from '../report/report.ts'
import { type Html, html } from './html.ts'
import { dateOf, linear } from './scale.ts'

const WIDTH = 960
const LEFT = 220
const RIGHT = 250
const ROW = 40
const BAR = 13
const TOP = 26

/** For each limit the highest share of its quota that was in use, before and under the draft. */
export function peakPlot(limits: readonly LimitReport[]): Html {
  const x = linear(0, 1, LEFT, WIDTH - RIGHT)
  const bottom = TOP + limits.length * ROW
  return html`<svg viewBox="0 0 ${WIDTH} ${bottom + 8}" role="img" aria-labelledby="peak-title peak-text">
<title id="peak-title">Peak use of each limit</title>
<desc id="peak-text">The highest share of each quota that was in use at once, before (upper bar) and under the draft (lower bar). The table below has the same numbers.</desc>
${[0, 0.25, 0.5, 0.75, 1].map(
  (tick) => html`<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 6}" y2="${bottom}"/>
<text class="label" x="${x(tick)}" y="${TOP - 12}" text-anchor="middle">${100 * tick} %</text>`,
)}
${limits.map(({ tier, limit, before, after, peakBefore, peakAfter }, index) => {
  const top = TOP + index * ROW + 5
  return html`<text class="label name" x="${LEFT - 10}" y="${top + BAR + 5}" text-anchor="end">${tier} / ${limit}</text>
${bar(peakBefore, top, 'before', x, before !== null)}
${bar(peakAfter, top + BAR + 2, 'draft', x, after !== null)}`
})}
<line class="axis" x1="${LEFT}" x2="${LEFT}" y1="${TOP - 6}" y2="${bottom}"/>
</svg>`
}

function bar(
  peak: PeakUse | null,
  y: number,
  style: 'before' | 'draft',
  x: (share: number) => number,
  there: boolean,
): Html {
  if (peak === null)
    return html`<text class="value" x="${LEFT + 6}" y="${y + BAR - 2}">${style}: ${there ? 'counted in its other row' : 'no such limit'}</text>`
  const end = x(peak.share)
  return html`<rect class="${style}" x="${LEFT}" y="${y}" width="${end - LEFT}" height="${BAR}"><title>${style}: ${percent(peak.share, 1)} by ${peak.owner}</title></rect>
<text class="value" x="${end + 6}" y="${y + BAR - 2}">${style} ${percent(peak.share, 1)}, ${whenWords(peak)}</text>`
}

function whenWords({ at }: PeakUse): string {
  return `${dateOf(Date.parse(at))} ${at.slice(11, 16)}`
}
