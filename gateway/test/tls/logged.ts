import { Writable } from 'node:stream'
import { pino } from 'pino'

/** A log whose lines are kept. */
export function keptLog() {
  const lines: Record<string, unknown>[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  return { lines, log: pino({ level: 'debug', base: null }, sink) }
}
