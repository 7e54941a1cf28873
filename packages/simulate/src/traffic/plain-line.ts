import { digitAt, sameBytes, twoDigits } from './ascii.ts'
import { ByBytes } from './by-bytes.ts'
import type { Reading } from './call.ts'
import { ABSENT, FlatObject, NUMBER, TEXT } from './flat-object.ts'
import { callOf, faultOf, type LineFacts } from './gateway-line.ts'
import type { FindRoute, KnownCallers } from './known.ts'

const NAMES = [
  ...['time', 'request_id', 'method', 'route', 'status', 'address', 'client', 'sub', 'tier', 'verdict'],
  ...['service', 'owner', 'cost', 'settled', 'decided_at', 'total_ms'],
]
const [TIME, REQUEST_ID, METHOD, ROUTE, STATUS, ADDRESS, CLIENT, SUB, TIER, VERDICT] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
]
const [SERVICE, OWNER, COST, SETTLED, DECIDED_AT, TOTAL_MS] = [10, 11, 12, 13, 14, 15]

const LIMITED = Buffer.from('limited')
const MOST_KNOWN = 5_000
/** `2026-03-01T10:00:00.000Z` and the day in it. */
const TIME_LENGTH = 24
const DAY_LENGTH = 11
const DAY = /^\d{4}-\d\d-\d\dT$/

/**
 * Reads a line as the gateway's logger writes nearly all of them, straight from the bytes. Undefined where the line is
 * of another shape, which says nothing about it.
 */
export function plainLineReader(
  callers: KnownCallers,
  routeOf: FindRoute,
): (bytes: Buffer, start: number, end: number) => Reading | undefined {
  const line = new FlatObject(NAMES)
  const { kinds, begins, ends, numbers } = line
  const knownCallers = new ByBytes([CLIENT, SUB, ADDRESS, OWNER], line, callerOf, MOST_KNOWN)
  const knownRoutes = new ByBytes([SERVICE, METHOD, ROUTE], line, routeAt, MOST_KNOWN)
  const timeAt = timeReader()
  const facts: LineFacts = {
    isRequest: false,
    isHeld: false,
    isNamed: false,
    ended: Number.NaN,
    status: Number.NaN,
    total: Number.NaN,
    decided: undefined,
    cost: Number.NaN,
    settled: Number.NaN,
    isRefused: false,
  }

  return (bytes, start, end) => {
    if (!line.read(bytes, start, end)) return undefined
    facts.isRequest = kinds[REQUEST_ID] !== ABSENT && kinds[STATUS] !== ABSENT
    facts.isHeld = kinds[TIER] === TEXT && kinds[SERVICE] === TEXT
    facts.isNamed = kinds[METHOD] === TEXT && kinds[ROUTE] === TEXT && kinds[ADDRESS] === TEXT
    facts.ended = endedAt(bytes)
    facts.status = numberAt(STATUS)
    facts.total = numberAt(TOTAL_MS)
    facts.decided = kinds[DECIDED_AT] === ABSENT ? undefined : numberAt(DECIDED_AT)
    facts.cost = numberAt(COST)
    facts.settled = numberAt(SETTLED)
    facts.isRefused = isLimited(bytes)
    return faultOf(facts) ?? callOf(facts, knownCallers.of(bytes), knownRoutes.of(bytes))
  }

  function numberAt(member: number): number {
    return kinds[member] === NUMBER ? (numbers[member] as number) : Number.NaN
  }

  function textAt(bytes: Buffer, member: number): string {
    return bytes.toString('utf8', begins[member], ends[member])
  }

  function endedAt(bytes: Buffer): number {
    if (kinds[TIME] !== TEXT) return numberAt(TIME)
    return timeAt(bytes, begins[TIME] as number, ends[TIME] as number)
  }

  function isLimited(bytes: Buffer): boolean {
    const begin = begins[VERDICT] as number
    if (kinds[VERDICT] !== TEXT || (ends[VERDICT] as number) - begin !== LIMITED.length) return false
    return sameBytes(bytes, begin, LIMITED)
  }

  function callerOf(bytes: Buffer) {
    const client = kinds[CLIENT] === TEXT ? textAt(bytes, CLIENT) : null
    const sub = kinds[SUB] === TEXT ? textAt(bytes, SUB) : client
    return callers.of(
      client,
      sub,
      textAt(bytes, ADDRESS),
      kinds[OWNER] === TEXT ? textAt(bytes, OWNER) : undefined,
    )
  }

  function routeAt(bytes: Buffer) {
    return routeOf(textAt(bytes, SERVICE), textAt(bytes, METHOD), textAt(bytes, ROUTE))
  }
}

/** Milliseconds since the epoch. The day stays the same from line to line, so it is read once. */
function timeReader(): (bytes: Buffer, begin: number, end: number) => number {
  const day = Buffer.alloc(DAY_LENGTH)
  let midnight = Number.NaN

  return (bytes, begin, end) => {
    if (end - begin === TIME_LENGTH && bytes[end - 1] === 90) {
      if (!sameBytes(bytes, begin, day)) {
        bytes.copy(day, 0, begin, begin + DAY_LENGTH)
        const text = day.toString('latin1')
        midnight = DAY.test(text) ? Date.parse(`${text}00:00:00.000Z`) : Number.NaN
      }
      const time = midnight + clockAt(bytes, begin + DAY_LENGTH)
      if (!Number.isNaN(time)) return time
    }
    return Date.parse(bytes.toString('utf8', begin, end))
  }
}

/** Milliseconds of `10:00:00.000`, or NaN. */
function clockAt(bytes: Buffer, from: number): number {
  if (bytes[from + 2] !== 58 || bytes[from + 5] !== 58 || bytes[from + 8] !== 46) return Number.NaN
  const hours = twoDigits(bytes, from)
  const minutes = twoDigits(bytes, from + 3)
  const seconds = twoDigits(bytes, from + 6)
  const thousandths = digitAt(bytes, from + 9) * 100 + twoDigits(bytes, from + 10)
  const clock = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
  return hours <= 23 && minutes <= 59 && seconds <= 59 ? clock : Number.NaN
}
