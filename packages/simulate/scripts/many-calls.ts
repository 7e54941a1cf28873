/**
 * Makes a long combined log out of a short real one, for measuring: `node many-calls.ts FILE COUNT > LONG`. The log is
 * repeated, each time right after the last and with the addresses of other clients, so the pattern stays as real as it
 * was while the number of clients grows with it.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

const LINE = /^(\S+)( \S+ \S+ \[)([^\]]+)(\] .*)$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const HOUR = 3_600_000

const [file, wanted] = process.argv.slice(2)
const count = Number(wanted)
if (file === undefined || !Number.isSafeInteger(count) || count < 1) {
  process.stderr.write('usage: node many-calls.ts FILE COUNT > LONG\n')
  process.exit(2)
}

const lines = readFileSync(file, 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, host, middle, time, rest] = LINE.exec(line) ?? []
    return host && middle && time && rest ? [{ host, middle, at: readTime(time), rest }] : []
  })
const times = lines.map(({ at }) => at)
const span = Math.ceil((Math.max(...times) - Math.min(...times)) / HOUR) * HOUR

for (let written = 0, round = 0; written < count; round++) {
  const some = lines.slice(0, count - written)
  const text = some.map(({ host, middle, at, rest }) => {
    return `${otherHost(host, round)}${middle}${writeTime(at + round * span)}${rest}\n`
  })
  if (!process.stdout.write(text.join(''))) await once(process.stdout, 'drain')
  written += some.length
}

function readTime(text: string): number {
  const [, day, month, year, clock, zone] = /^(\d+)\/(\w+)\/(\d+):(\S+) (\S+)$/.exec(text) ?? []
  return Date.parse(`${day} ${month} ${year} ${clock} ${zone}`)
}

function writeTime(at: number): string {
  const time = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const date = `${two(time.getUTCDate())}/${MONTHS[time.getUTCMonth()]}/${time.getUTCFullYear()}`
  return `${date}:${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} +0000`
}

/** Half of the addresses come back in every round, the others are new ones. */
function otherHost(host: string, round: number): string {
  const parts = host.split('.').map(Number)
  const last = parts.at(-1) ?? 0
  if (last % 2 === 0 || parts.length !== 4) return host
  return [((parts[0] ?? 0) + round) % 224, (parts[1] ?? 0) ^ (round & 255), parts[2], last].join('.')
}
