import type { ErrorCode } from '../errors/catalog.ts'

/** Where no setting says otherwise. */
const LONGEST = 8 * 1024
const SLASH = 0x2f
const QUESTION = 0x3f
const PERCENT = 0x25
const DOT = 0x2e
const HASH = 0x23
const SMALL = 0x20
const SMALL_F = 0x66
const NO_DIGIT = 0xff

/** RFC 3986 pchar and the slash, without `;`: some servers cut a path there and then see another one than we do. */
const PLAIN = 1
/** Marks that stand for themselves: percent-encoded they would be a second spelling of one path. */
const UNRESERVED = 2
/** Bytes that must not hide in percent-encoding: they would be decoded into structure after we looked. */
const NEVER_ENCODED = 4
const MARKS = tableOf()
/** The value of a hex digit. */
const HEX = hexTable()

/**
 * What is wrong with a request target, or null. Only a path in one canonical spelling passes: routing, authorisation,
 * limits and the service then all speak of the same path. A query is data and travels as written, as long as it is
 * visible ASCII in which every `%` begins two hex digits.
 */
export function faultOfTarget(target: string, longest: number = LONGEST): ErrorCode | null {
  return judge(target, longest, false)
}

/**
 * The same before a route is known. `%2F` passes, for a route may allow it in a parameter: whoever asks has to
 * refuse a target that `hasEncodedSlash` unless its route does.
 */
export function faultBeforeRouting(target: string, longest: number = LONGEST): ErrorCode | null {
  return judge(target, longest, true)
}

/** Whether the path of a target, which has passed before, holds a `%2F`. */
export function hasEncodedSlash(target: string): boolean {
  for (let at = target.indexOf('%2'); at !== -1; at = target.indexOf('%2', at + 3)) {
    if ((target.charCodeAt(at + 2) | SMALL) !== SMALL_F) continue
    const query = target.indexOf('?')
    return query === -1 || at < query
  }
  return false
}

function judge(target: string, longest: number, slashes: boolean): ErrorCode | null {
  const { length } = target
  if (length > longest) return 'GW_TARGET_SIZE'
  if (target.charCodeAt(0) !== SLASH) return 'GW_TARGET'
  let end = length
  let segment = 1
  let text = true
  for (let at = 1; at < length; at++) {
    const code = target.charCodeAt(at)
    if (code === SLASH) {
      if (at === segment || isDots(target, segment, at)) return 'GW_TARGET'
      segment = at + 1
    } else if (code === PERCENT) {
      const byte = byteAt(target, at)
      if (byte === SLASH && slashes) {
        // Whoever decodes it sees segments: they have to be as good as the others.
        if (at === segment || isDots(target, segment, at)) return 'GW_TARGET'
        segment = at + 3
        if (segment === length || target.charCodeAt(segment) === QUESTION) return 'GW_TARGET'
      } else if (byte > 0x7f) text = false
      else if (((MARKS[byte] as number) & (UNRESERVED | NEVER_ENCODED)) !== 0) return 'GW_TARGET'
      at += 2
    } else if (code === QUESTION) {
      end = at
      break
    } else if (code > 0x7f || ((MARKS[code] as number) & PLAIN) === 0) return 'GW_TARGET'
  }
  if (isDots(target, segment, end)) return 'GW_TARGET'
  if (!text && !isText(target.slice(0, end))) return 'GW_TARGET'
  if (end < length && !isQuery(target, end + 1)) return 'GW_TARGET'
  // No route ends with a slash, yet the router would take nothing at all for a parameter there.
  return segment === end && end > 1 ? 'GW_NO_ROUTE' : null
}

function isDots(target: string, from: number, to: number): boolean {
  const length = to - from
  if (length < 1 || length > 2 || target.charCodeAt(from) !== DOT) return false
  return length === 1 || target.charCodeAt(from + 1) === DOT
}

/** The byte of a percent-encoding; one that is not two hex digits counts as NUL, which is refused. */
function byteAt(target: string, at: number): number {
  const high = HEX[target.charCodeAt(at + 1)] ?? NO_DIGIT
  const low = HEX[target.charCodeAt(at + 2)] ?? NO_DIGIT
  return high > 0xf || low > 0xf ? 0 : high * 16 + low
}

function isQuery(target: string, from: number): boolean {
  for (let at = from; at < target.length; at++) {
    const code = target.charCodeAt(at)
    if (code <= 0x20 || code >= 0x7f || code === HASH) return false
    if (code === PERCENT) {
      if ((HEX[target.charCodeAt(at + 1)] ?? NO_DIGIT) > 0xf) return false
      if ((HEX[target.charCodeAt(at + 2)] ?? NO_DIGIT) > 0xf) return false
    }
  }
  return true
}

function isText(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

function tableOf(): Uint8Array {
  const table = new Uint8Array(0x80)
  const mark = (marks: string, bits: number): void => {
    for (const letter of marks) {
      const code = letter.charCodeAt(0)
      table[code] = (table[code] as number) | bits
    }
  }
  const unreserved = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  mark(unreserved, PLAIN | UNRESERVED)
  mark("/%!$&'()*+,=:@", PLAIN)
  mark('./;%\\\x7f', NEVER_ENCODED)
  for (let code = 0; code < 0x20; code++) table[code] = NEVER_ENCODED
  return table
}

function hexTable(): Uint8Array {
  const table = new Uint8Array(0x80).fill(NO_DIGIT)
  for (const [value, digit] of [...'0123456789abcdef'].entries()) {
    table[digit.charCodeAt(0)] = value
    table[digit.toUpperCase().charCodeAt(0)] = value
  }
  return table
}
