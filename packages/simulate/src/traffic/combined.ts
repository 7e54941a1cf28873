import type { CallerFacts, RouteFacts } from '@stockgate/rate-limit'
import { digitAt, sameBytes, twoDigits } from './ascii.ts'
import { ByBytes } from './by-bytes.ts'
import type { Call, Reading, ReadLine } from './call.ts'
import { TEXT } from './flat-object.ts'
import type { KnownCallers } from './known.ts'

const ANY_ROUTE: RouteFacts = Object.freeze({ service: 'recorded', limits: Object.freeze([]) })
const MOST_KNOWN = 5_000
const HOST = /^[\w.:%-]{1,255}$/
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'
const DAY = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):$/
const ZONE = /^ ([+-])(\d\d)(\d\d)$/
const TIME_LENGTH = 26
const DAY_LENGTH = 12
const CLOCK_LENGTH = 8
const SPACE = 32
const QUOTE = 34
const HYPHEN = 45
const COLON = 58
const OPEN = 91
const BACKSLASH = 92
const CLOSE = 93

/**
 * The combined log of Apache and nginx, or the common one: `host ident user [time] "request" status bytes …`. Every
 * line is a call of cost 1 by an anonymous caller, known by the address. There are no durations in it.
 */
export function combinedReader(callers: KnownCallers): ReadLine {
  const timeOf = timeReader()
  const host = { kinds: Uint8Array.of(TEXT), begins: new Uint32Array(1), ends: new Uint32Array(1) }
  const known = new ByBytes([0], host, callerOf, MOST_KNOWN)

  return (bytes, start, end): Reading => {
    const hostEnd = spaceIn(bytes, start, end)
    const open = openIn(bytes, hostEnd, end)
    const timeEnd = open + 2 + TIME_LENGTH
    if (hostEnd === start || timeEnd + 3 > end) return 'malformed'
    if (bytes[timeEnd] !== CLOSE || bytes[timeEnd + 1] !== SPACE || bytes[timeEnd + 2] !== QUOTE)
      return 'malformed'
    host.begins[0] = start
    host.ends[0] = hostEnd
    const at = timeOf(bytes, open + 2)
    const status = statusAfter(bytes, timeEnd + 3, end)
    const caller = known.of(bytes)
    if (at === undefined || status === undefined || caller === null) return 'malformed'
    const call: Call = {
      at,
      end: null,
      caller,
      route: ANY_ROUTE,
      cost: 1,
      settled: status >= 500 ? 0 : null,
      refusedThen: status === 429,
    }
    return call
  }

  function callerOf(bytes: Buffer): CallerFacts | null {
    const text = bytes.toString('latin1', host.begins[0], host.ends[0])
    return HOST.test(text) ? callers.of(null, null, text) : null
  }
}

/** Where the first space is, or the end. */
function spaceIn(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== SPACE) at++
  return at
}

/** Where the first ` [` is, or the end. */
function openIn(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at + 1 < end; at++) if (bytes[at] === SPACE && bytes[at + 1] === OPEN) return at
  return end
}

/** The status behind the quoted request line that begins at `from`, and before the count of bytes. */
function statusAfter(bytes: Buffer, from: number, end: number): number | undefined {
  let quote = from
  while (quote < end && bytes[quote] !== QUOTE) quote += bytes[quote] === BACKSLASH ? 2 : 1
  const count = quote + 6
  if (count >= end || bytes[quote + 1] !== SPACE || bytes[count - 1] !== SPACE) return undefined
  const status = digitAt(bytes, quote + 2) * 100 + twoDigits(bytes, quote + 3)
  let after = count
  if (bytes[after] === HYPHEN) after++
  else while (after < end && !Number.isNaN(digitAt(bytes, after))) after++
  if (after === count || (after < end && bytes[after] !== SPACE)) return undefined
  return Number.isNaN(status) ? undefined : status
}

/** Reads `17/May/2015:08:05:32 +0000`. Day and zone stay the same from line to line, so they are read once. */
function timeReader(): (bytes: Buffer, from: number) => number | undefined {
  const day = Buffer.alloc(DAY_LENGTH)
  let midnight: number | undefined
  const zone = Buffer.alloc(TIME_LENGTH - DAY_LENGTH - CLOCK_LENGTH)
  let offset: number | undefined

  return (bytes, from) => {
    const clock = from + DAY_LENGTH
    if (!sameBytes(bytes, from, day)) {
      bytes.copy(day, 0, from, clock)
      midnight = readDay(day.toString('latin1'))
    }
    if (!sameBytes(bytes, clock + CLOCK_LENGTH, zone)) {
      bytes.copy(zone, 0, clock + CLOCK_LENGTH, from + TIME_LENGTH)
      offset = readZone(zone.toString('latin1'))
    }
    const seconds = readClock(bytes, clock)
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
function readClock(bytes: Buffer, from: number): number | undefined {
  if (bytes[from + 2] !== COLON || bytes[from + 5] !== COLON) return undefined
  const hours = twoDigits(bytes, from)
  const minutes = twoDigits(bytes, from + 3)
  const seconds = twoDigits(bytes, from + 6)
  return hours <= 23 && minutes <= 59 && seconds <= 60 ? hours * 3600 + minutes * 60 + seconds : undefined
}
