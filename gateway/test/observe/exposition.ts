/** One series of a text in Prometheus' exposition format. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const SAMPLE = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/
const LABEL = /([^=,]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y
const TYPES = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped'])
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/i

/** Reads the text format 0.0.4 and throws at whatever is not in it. */
export function readExposition(text: string): Series[] {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const types = new Map<string, string>()
  const helped = new Set<string>()
  const seen = new Set<string>()
  const series: Series[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line)
    if (comment !== null) {
      const [, kind, name, rest] = comment as unknown as [string, string, string, string]
      if (!NAME.test(name)) throw new Error(`no name: ${line}`)
      if (kind === 'HELP') once(helped, name, line)
      else if (types.has(name) || !TYPES.has(rest)) throw new Error(`a second or unknown type: ${line}`)
      else types.set(name, rest)
      continue
    }
    const sample = SAMPLE.exec(line)
    if (sample === null) throw new Error(`no sample: ${line}`)
    const [, name, written = '', value] = sample as unknown as [string, string, string | undefined, string]
    if (!VALUE.test(value)) throw new Error(`no value: ${line}`)
    const family = types.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '')
    if (!types.has(family) || !helped.has(family)) throw new Error(`no type or help before: ${line}`)
    once(seen, `${name}{${written}}`, line)
    series.push({ name, labels: labelsOf(written, line), value: Number(value.replace('Inf', 'Infinity')) })
  }
  return series
}

function labelsOf(written: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {}
  const label = new RegExp(LABEL)
  while (label.lastIndex < written.length) {
    const found = label.exec(written)
    if (found === null || !LABEL_NAME.test(found[1] as string)) throw new Error(`no label: ${line}`)
    labels[found[1] as string] = found[2] as string
  }
  return labels
}

function once(known: Set<string>, name: string, line: string): void {
  if (known.has(name)) throw new Error(`a second time: ${line}`)
  known.add(name)
}
