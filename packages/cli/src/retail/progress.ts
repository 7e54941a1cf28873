import { Presets, SingleBar } from 'cli-progress'

/** Shows how far a stage is. */
export interface Progress {
  tick(by?: number): void
  done(): void
}

/** Makes the progress of one stage; `total` is undefined where nobody knows it beforehand. */
export type ShowProgress = (label: string, total: number | undefined) => Progress

const LINE_EVERY_MS = 5_000
const WIDEST_LABEL = 12

/** A bar on a terminal; elsewhere a plain line every few seconds. Both on standard error, apart from the result. */
export function progressOn(stream: NodeJS.WriteStream): ShowProgress {
  return (label, total) => {
    if (total === 0) return { tick: () => {}, done: () => {} }
    return stream.isTTY ? bar(stream, label, total) : lines(stream, label, total)
  }
}

function bar(stream: NodeJS.WriteStream, label: string, total: number | undefined): Progress {
  const name = label.padEnd(WIDEST_LABEL)
  const format =
    total === undefined ? `${name} {value}` : `${name} {bar} {value}/{total}  {duration_formatted}`
  const shown = new SingleBar({ stream, format, hideCursor: null, barsize: 32 }, Presets.shades_classic)
  shown.start(total ?? 0, 0)
  return { tick: (by = 1) => shown.increment(by), done: () => shown.stop() }
}

function lines(stream: NodeJS.WriteStream, label: string, total: number | undefined): Progress {
  const started = performance.now()
  let count = 0
  const say = () => {
    const seconds = Math.round((performance.now() - started) / 1000)
    stream.write(`${label}: ${count}${total === undefined ? '' : ` of ${total}`} (${seconds} s)\n`)
  }
  const timer = setInterval(say, LINE_EVERY_MS)
  timer.unref()
  return {
    tick: (by = 1) => {
      count += by
    },
    done: () => {
      clearInterval(timer)
      say()
    },
  }
}
