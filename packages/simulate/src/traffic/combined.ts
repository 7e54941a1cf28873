import type { RouteFacts } from '@stockgate/rate-limit'
import type { Call, Reading, ReadLine } from './call.ts'
import type { KnownCallers } from './known.ts'

const ANY_ROUTE: RouteFacts = Object.freeze({ service: 'recorded', limits: Object.freeze([]) })
const HOST = /^[\w.:%-]{1,255}$/
const REST = /^ (\d{3}) (?:\d+|-)(?: |$)/
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'
const TIME = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/
const TIME_LENGTH = 26

/**
 * The combined log of Apache and nginx, or the common one: `host ident user [time] "request" status bytes …`. Every
 * line is a call of cost 1 by an anonymous caller, known by the address. There are no durations in it.
 */
export function combinedReader(callers: KnownCallers): ReadLine {
  let lastTime = ''
  let lastAt: number | undefined

  /** Lines of one second stand together, so most times are the one before. */
  function timeOf(text: string): number | undefined {
    if (text !== lastTime) {
      lastAt = readTime(text)
      lastTime = text
    }
    return lastAt
  }

  return (line): Reading => {
    const hostEnd = line.indexOf(' ')
    const open = line.indexOf(' [', hostEnd)
    if (hostEnd < 1 || open === -1) return 'malformed'
    const timeEnd = open + 2 + TIME_LENGTH
    if (!line.startsWith('] "', timeEnd)) return 'malformed'
    const host = line.slice(0, hostEnd)
    const at = timeOf(line.slice(open + 2, timeEnd))
    const status = statusAfter(line, timeEnd + 3)
    if (at === undefined || status === undefined || !HOST.test(host)) return 'malformed'
    const call: Call = {
      at,
      end: null,
      caller: callers.of(null, null, host),
      route: ANY_ROUTE,
      cost: 1,
      settled: status >= 500 ? 0 : null,
      refusedThen: status === 429,
    }
    return call
  }
}

/** The status behind the quoted request line that begins at `from`. */
function statusAfter(line: string, from: number): number | undefined {
  let end = line.indexOf('"', from)
  while (end !== -1 && isEscaped(line, end, from)) end = line.indexOf('"', end + 1)
  if (end === -1) return undefined
  // Long enough for a status and the longest count of bytes.
  const [, status] = REST.exec(line.slice(end + 1, end + 40)) ?? []
  return status === undefined ? undefined : Number(status)
}

function isEscaped(line: string, quote: number, from: number): boolean {
  let backslashes = 0
  while (quote - backslashes > from && line.charCodeAt(quote - 1 - backslashes) === 92) backslashes++
  return backslashes % 2 === 1
}

function readTime(text: string): number | undefined {
  const parts = TIME.exec(text)
  if (parts === null) return undefined
  const [day, month, year, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((at) => parts[at] as string)
  const monthIndex = MONTHS.indexOf(month as string) / 3
  const [d, h, m, s] = [day, hour, minute, second].map(Number) as [number, number, number, number]
  if (!Number.isInteger(monthIndex) || h > 23 || m > 59 || s > 60) return undefined
  const utc = Date.UTC(Number(year), monthIndex, d, h, m, s)
  if (new Date(Date.UTC(Number(year), monthIndex, d)).getUTCDate() !== d) return undefined
  const offset = (Number(parts[8]) * 60 + Number(parts[9])) * (parts[7] === '-' ? -1 : 1)
  return (utc - offset * 60_000) * 1000
}
