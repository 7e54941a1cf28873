import { whole } from '../report/figures.ts'
import type { Report } from '../report/report.ts'
import { type Html, html } from './html.ts'
import { countTicks, dateOf, linear, type Scale, timeTicks } from './scale.ts'

const WIDTH = 960
const LEFT = 64
const RIGHT = 12
const PANEL = 150
const GAP = 52
const TOP = 30

type Column = Report['timeLine']['columns'][number]

/** One or two figures of a column, stacked. */
interface Layer {
  readonly style: string
  readonly of: (column: Column) => number
}

interface Panel {
  readonly title: string
  readonly layers: readonly Layer[]
  readonly highest: number
}

/** Three panels on one axis of time: everything before, everything under the draft, and the refusals by themselves. */
export function timePlot({ timeLine: { seconds, columns } }: Report): Html {
  const first = (columns[0]?.at ?? 0) / 1000
  const last = (columns.at(-1)?.at ?? 0) / 1000 + seconds * 1000
  const x = linear(first, last, LEFT, WIDTH - RIGHT)
  const most = Math.max(...columns.map(({ calls }) => calls), 1)
  const refused = Math.max(...columns.map((column) => Math.max(column.refusedBefore, column.refusedAfter)), 1)
  const panels: Panel[] = [
    { title: 'Before', layers: layersOf((column) => column.refusedBefore), highest: most },
    { title: 'Draft', layers: layersOf((column) => column.refusedAfter), highest: most },
    {
      title: 'Refused calls only: before (left) and draft (right) of each column',
      layers: [],
      highest: refused,
    },
  ]
  const height = TOP + panels.length * PANEL + (panels.length - 1) * GAP + 48
  const bottom = height - 48
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="time-title time-text">
<title id="time-title">Calls over time</title>
<desc id="time-text">Allowed and refused calls per ${widthWords(seconds)}, before and under the draft. The table below has the same numbers.</desc>
${panels.map((panel, index) => {
  const top = TOP + index * (PANEL + GAP)
  const ticks = countTicks(panel.highest)
  const y = linear(0, ticks.at(-1) as number, top + PANEL, top)
  return html`<text class="panel" x="${LEFT}" y="${top - 12}">${panel.title}</text>
${ticks.map((tick) => gridLine(tick, y))}
${columns.map((column) => (panel.layers.length > 0 ? stack(column, panel.layers, x, y, seconds) : pair(column, x, y, seconds)))}
<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(0)}" y2="${y(0)}"/>`
})}
${timeTicks(first, last).map(
  ({
    at,
    label,
    date,
  }) => html`<line class="tick" x1="${x(at)}" x2="${x(at)}" y1="${bottom}" y2="${bottom + 5}"/>
<text class="label" x="${x(at)}" y="${bottom + 19}" text-anchor="middle">${label}</text>
${date === null ? null : html`<text class="label date" x="${x(at)}" y="${bottom + 35}" text-anchor="middle">${date}</text>`}`,
)}
</svg>`
}

function layersOf(refused: Layer['of']): Layer[] {
  return [
    { style: 'allowed', of: (column) => column.calls - refused(column) },
    { style: 'refused', of: refused },
  ]
}

function gridLine(tick: number, y: Scale): Html {
  return html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}"/>
<text class="label" x="${LEFT - 8}" y="${y(tick) + 4}" text-anchor="end">${whole(tick)}</text>`
}

function stack(column: Column, layers: readonly Layer[], x: Scale, y: Scale, seconds: number): Html {
  const [left, width] = spanOf(column, x, seconds)
  let below = 0
  return html`${layers.map(({ style, of }) => {
    const count = of(column)
    if (count === 0) return null
    const top = y(below + count)
    const rect = html`<rect class="${style}" x="${left}" y="${top}" width="${width}" height="${y(below) - top}"><title>${timeOf(column)}: ${whole(count)} ${style}</title></rect>`
    below += count
    return rect
  })}`
}

function pair(column: Column, x: Scale, y: Scale, seconds: number): Html {
  const [left, width] = spanOf(column, x, seconds)
  const sides = [
    { style: 'before', count: column.refusedBefore, at: left },
    { style: 'refused', count: column.refusedAfter, at: left + width / 2 },
  ]
  return html`${sides.map(({ style, count, at }) =>
    count === 0
      ? null
      : html`<rect class="${style}" x="${at}" y="${y(count)}" width="${width / 2}" height="${y(0) - y(count)}"><title>${timeOf(column)}: ${whole(count)} refused ${style === 'before' ? 'before' : 'by the draft'}</title></rect>`,
  )}`
}

function spanOf({ at }: Column, x: Scale, seconds: number): [number, number] {
  const [left, right] = [x(at / 1000), x(at / 1000 + seconds * 1000)]
  const gap = right - left > 4 ? 1 : 0
  return [left, Math.max(right - left - gap, 0.5)]
}

/** `17 May 2015 10:00`. */
export function timeOf({ at }: Pick<Column, 'at'>): string {
  return `${dateOf(at / 1000)} ${new Date(at / 1000).toISOString().slice(11, 19)}`
}

/** `hour`, `15 minutes`. */
export function widthWords(seconds: number): string {
  for (const [name, unit] of [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const) {
    if (seconds % unit === 0) return seconds === unit ? name : `${seconds / unit} ${name}s`
  }
  return seconds === 1 ? 'second' : `${seconds} seconds`
}
