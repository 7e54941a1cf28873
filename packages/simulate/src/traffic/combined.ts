import type { RouteFacts } from '@stockgate/rate-limit'
import type { Call, Reading, ReadLine } from './call.ts'
import type { KnownCallers } from './known.ts'

const ANY_ROUTE: RouteFacts = Object.freeze({ service: 'recorded', limits: Object.freeze([]) })
const HOST = /^[\w.:%-]{1,255}$/
const REST = /^ (\d{3}) (?:\d+|-)(?: |$)/
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'
const DAY = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):$/
const ZONE = /^ ([+-])(\d\d)(\d\d)$/
const TIME_LENGTH = 26
const DAY_LENGTH = 12
const CLOCK_LENGTH = 8
const COLON = 58

/**
 * The combined log of Apache and nginx, or the common one: `host ident user [time] "request" status bytes …`. Every
 * line is a call of cost 1 by an anonymous caller, known by the address. There are no durations in it.
 */
export function combinedReader(callers: KnownCallers): ReadLine {
  const timeOf = timeReader()

  return (line): Reading => {
    const hostEnd = line.indexOf(' ')
    const open = line.indexOf(' [', hostEnd)
    if (hostEnd < 1 || open === -1) return 'malformed'
    const timeEnd = open + 2 + TIME_LENGTH
    if (!line.startsWith('] "', timeEnd)) return 'malformed'
    const host = line.slice(0, hostEnd)
    const at = timeOf(line, open + 2)
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

/** Reads `17/May/2015:08:05:32 +0000`. Day and zone stay the same from line to line, so they are read once. */
function timeReader(): (line: string, from: number) => number | undefined {
  let day = ''
  let midnight: number | undefined
  let zone = ''
  let offset: number | undefined

  return (line, from) => {
    const clock = from + DAY_LENGTH
    if (day === '' || !line.startsWith(day, from)) {
      day = Buffer.from(line.slice(from, clock)).toString()
      midnight = readDay(day)
    }
    if (zone === '' || !line.startsWith(zone, clock + CLOCK_LENGTH)) {
      zone = Buffer.from(line.slice(clock + CLOCK_LENGTH, from + TIME_LENGTH)).toString()
      offset = readZone(zone)
    }
    const seconds = readClock(line, clock)
    if (midnight === undefined || offset === undefined || seconds === undefined) return undefined
    return (midnight - offset + seconds) * 1_000_000
  }
}

/** Seconds since the epoch at the begin of a day, in UTC. */
function readDay(text: string): number | undefined {
  const [, day, month = '', year] = DAY.exec(text) ?? []
  const monthIndex = MONTHS.indexOf(month) / 3
  const midnight = Date.UTC(Number(year), monthIndex, Number(day))
  if (!Number.isInteger(monthIndex) || new Date(midnight).getUTCDate() !== Number(day)) return undefined
  return midnight / 1000
}

/** Seconds a zone is ahead of UTC. */
function readZone(text: string): number | undefined {
  const [, sign, hours, minutes] = ZONE.exec(text) ?? []
  if (sign === undefined) return undefined
  return (Number(hours) * 3600 + Number(minutes) * 60) * (sign === '-' ? -1 : 1)
}

/** Seconds since midnight of `08:05:32`; a leap second is 60. */
function readClock(line: string, from: number): number | undefined {
  if (line.charCodeAt(from + 2) !== COLON || line.charCodeAt(from + 5) !== COLON) return undefined
  const hours = twoDigits(line, from)
  const minutes = twoDigits(line, from + 3)
  const seconds = twoDigits(line, from + 6)
  return hours <= 23 && minutes <= 59 && seconds <= 60 ? hours * 3600 + minutes * 60 + seconds : undefined
}

/** NaN where there are none. */
function twoDigits(line: string, from: number): number {
  const [tens, ones] = [line.charCodeAt(from) - 48, line.charCodeAt(from + 1) - 48]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}
