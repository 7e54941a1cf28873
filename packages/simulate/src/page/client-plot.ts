import { whole } from '../report/figures.ts'
import type { ClientList } from '../report/report.ts'
import { type Html, html } from './html.ts'
import { countTicks, linear } from './scale.ts'

const WIDTH = 960
const LEFT = 220
const RIGHT = 90
const ROW = 34
const BAR = 11
const TOP = 26
const MOST = 12
const LONGEST_NAME = 30

/** For each client two bars, before and draft, each of allowed and refused calls. */
export function clientPlot({ shown }: ClientList, id: string, title: string): Html {
  const clients = shown.slice(0, MOST)
  const ticks = countTicks(Math.max(...clients.map(({ calls }) => calls), 1), 5)
  const x = linear(0, ticks.at(-1) as number, LEFT, WIDTH - RIGHT)
  const bottom = TOP + clients.length * ROW
  return html`<svg viewBox="0 0 ${WIDTH} ${bottom + 8}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">${title}</title>
<desc id="${id}-text">Allowed and refused calls of ${clients.length} clients, before (upper bar) and under the draft (lower bar). The table below has the same numbers.</desc>
${ticks.map(
  (tick) => html`<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 6}" y2="${bottom}"/>
<text class="label" x="${x(tick)}" y="${TOP - 12}" text-anchor="middle">${whole(tick)}</text>`,
)}
${clients.map(({ name, calls, refusedBefore, refusedAfter }, index) => {
  const top = TOP + index * ROW + 4
  const bar = (refused: number, y: number, when: string) => {
    const split = x(calls - refused)
    return html`<rect class="allowed" x="${LEFT}" y="${y}" width="${split - LEFT}" height="${BAR}"><title>${name}: ${whole(calls - refused)} allowed ${when}</title></rect>
<rect class="refused" x="${split}" y="${y}" width="${x(calls) - split}" height="${BAR}"><title>${name}: ${whole(refused)} refused ${when}</title></rect>
<text class="value" x="${x(calls) + 6}" y="${y + BAR - 1.5}">${refused === 0 ? 'none refused' : `${whole(refused)} refused`}</text>`
  }
  return html`<text class="label name" x="${LEFT - 10}" y="${top + BAR + 5}" text-anchor="end">${shorten(name)}</text>
${bar(refusedBefore, top, 'before')}
${bar(refusedAfter, top + BAR + 1, 'by the draft')}`
})}
<line class="axis" x1="${LEFT}" x2="${LEFT}" y1="${TOP - 6}" y2="${bottom}"/>
</svg>`
}

function shorten(name: string): string {
  const signs = [...name]
  return signs.length > LONGEST_NAME ? `${signs.slice(0, LONGEST_NAME - 1).join('')}…` : name
}
