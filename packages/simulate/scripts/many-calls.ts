/**
 * Makes a long log out of a short real combined one, for measuring: `node many-calls.ts FILE COUNT [own] > LONG`. The
 * log is repeated, each time right after the last and with the addresses of other clients, so the pattern stays as
 * real as it was while the number of clients grows with it. With `own` it is written as the gateway's access log.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

const LINE = /^(\S+)( \S+ \S+ \[)([^\]]+)(\] .*)$/
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const HOUR = 3_600_000

const [file, wanted, form = 'combined'] = process.argv.slice(2)
const count = Number(wanted)
if (file === undefined || !Number.isSafeInteger(count) || count < 1 || !/^(own|combined)$/.test(form)) {
  process.stderr.write('usage: node many-calls.ts FILE COUNT [own|combined] > LONG\n')
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
  const text = some.map(({ host, middle, at, rest }, index) => {
    const [address, time] = [otherHost(host, round), at + round * span]
    if (form === 'own') return ownLine(address, time + ((index * 37) % 1000), rest, index)
    return `${address}${middle}${writeTime(time)}${rest}\n`
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

/** Every third address has signed in; a request takes up to half a second. */
function ownLine(address: string, at: number, rest: string, index: number): string {
  const [, method, target = '/', status = '200', bytes] = /"(\S+) (\S+) [^"]*" (\d+) (\d+|-)/.exec(rest) ?? []
  const took = (index * 7919) % 5_000
  const number = Number(address.split('.').at(-1)) || 0
  const client = number % 3 === 0 ? `client-${number}` : null
  const path = target.replace(/[?#].*$/, '')
  const fields = {
    level: 30,
    time: new Date(at + took / 10).toISOString(),
    request_id: String(index).padStart(32, '0af7651916cd43dd8448eb211c80319c'),
    method: method ?? 'GET',
    route: `/${path.split('/')[1] ?? ''}/{item}`,
    path,
    status: Number(status),
    address,
    client,
    ...(client !== null && index % 2 === 0 && { sub: `user-${index % 50}` }),
    tier: client === null ? 'anonymous' : 'standard',
    verdict: Number(status) === 429 ? 'limited' : 'admitted',
    limit: null,
    owner: client === null ? `address:${address}` : `client:${client}`,
    cost: 1,
    decided_by: 'redis',
    decided_at: at,
    ...(Number(status) >= 500 && { settled: 0 }),
    revision: 12,
    service: 'products',
    upstream: '127.0.0.1:4001',
    bytes_out: Number(bytes) || 0,
    total_ms: took / 10,
    upstream_ms: Math.max(took - 20, 0) / 10,
    error: null,
  }
  return `${JSON.stringify(fields)}\n`
}
