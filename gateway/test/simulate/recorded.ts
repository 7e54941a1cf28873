import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One line of a combined log, read in another way than the simulator does. */
export interface Recorded {
  readonly address: string
  readonly at: number
  readonly status: number
  readonly line: string
}

/** The real log where the folder of samples is known, else one made up; in order of time. */
export function recordedCalls(): { readonly calls: readonly Recorded[]; readonly source: string } {
  const samples = process.env.STOCKGATE_DATA_SAMPLES
  if (!samples) return { calls: sorted(madeUp(2_500)), source: 'a made-up log' }
  const text = readFileSync(join(samples, 'web-access.log'), 'utf8')
  return { calls: sorted(text.split('\n').filter((line) => line !== '')), source: 'web-access.log' }
}

/** Bursts, steady clients, some who share an IPv6 network, failures; a little out of order, over three days. */
function madeUp(count: number): string[] {
  const lines: string[] = []
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  let seconds = Date.UTC(2026, 2, 27, 21) / 1000
  while (lines.length < count) {
    seconds += random(150) === 0 ? 40_000 : random(6)
    const host =
      random(4) === 0 ? `2001:DB8:0:${random(3)}::${1 + random(50)}` : `192.0.2.${random(2) * random(20)}`
    const time = new Date((seconds - random(20)) * 1000).toUTCString()
    const [, day, month, year, clock] = /, (\d+) (\w+) (\d+) (\S+)/.exec(time) ?? []
    for (let burst = random(3) === 0 ? 1 + random(7) : 1; burst > 0; burst--) {
      const status = random(25) === 0 ? 500 : 200
      lines.push(
        `${host} - - [${day}/${month}/${year}:${clock} +0000] "GET /open HTTP/1.1" ${status} 5 "-" "-"`,
      )
    }
  }
  return lines
}

function sorted(lines: readonly string[]): Recorded[] {
  return lines.map(read).sort((one, other) => one.at - other.at)
}

function read(line: string): Recorded {
  const [address = '', , , day = '', zone = ''] = line.split(' ')
  const [date = '', ...clock] = day.slice(1).split(':')
  const at = Date.parse(`${date.replaceAll('/', ' ')} ${clock.join(':')} ${zone.slice(0, -1)}`)
  const status = Number(/" (\d{3}) (?:\d+|-)/.exec(line)?.[1])
  return { address, at, status, line }
}
