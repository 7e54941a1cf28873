import type { ErrorCode } from '../errors/catalog.ts'

const LONGEST = 8 * 1024
const SLASH = 0x2f
const QUESTION = 0x3f
const PERCENT = 0x25
const DOT = 0x2e

/** RFC 3986 pchar and the slash, without `;`: some servers cut a path there and then see another one than we do. */
const ALLOWED = tableOf("/%-._~!$&'()*+,=:@")
/** Bytes that must not hide in percent-encoding: they would be decoded into structure after we looked. */
const NEVER_ENCODED = new Set([0x7f, ...Array.from({ length: 0x20 }, (_, i) => i), ...codes('./;%\\')])

/**
 * What is wrong with a request target, or null. Only a path in one canonical spelling passes: routing, authorisation,
 * limits and the service then all speak of the same path.
 */
export function faultOfTarget(target: string): ErrorCode | null {
  if (target.length > LONGEST) return 'GW_TARGET_SIZE'
  if (target.charCodeAt(0) !== SLASH) return 'GW_TARGET'
  let end = target.length
  let segment = 1
  let encoded = false
  for (let at = 1; at < target.length; at++) {
    const code = target.charCodeAt(at)
    if (code === QUESTION) {
      end = at
      break
    }
    if (code > 0x7f || ALLOWED[code] === 0) return 'GW_TARGET'
    if (code === SLASH) {
      if (at === segment || isDots(target, segment, at)) return 'GW_TARGET'
      segment = at + 1
    } else if (code === PERCENT) {
      if (NEVER_ENCODED.has(byteAt(target, at))) return 'GW_TARGET'
      encoded = true
    }
  }
  if (isDots(target, segment, end)) return 'GW_TARGET'
  if (encoded && !isText(target.slice(0, end))) return 'GW_TARGET'
  // No route ends with a slash, yet the router would take nothing at all for a parameter there.
  if (segment === end && end > 1) return 'GW_NO_ROUTE'
  return target.includes('#', end) ? 'GW_TARGET' : null
}

function isDots(target: string, from: number, to: number): boolean {
  const length = to - from
  if (length < 1 || length > 2 || target.charCodeAt(from) !== DOT) return false
  return length === 1 || target.charCodeAt(from + 1) === DOT
}

/** The byte of a percent-encoding; one that is not two hex digits counts as NUL, which is refused. */
function byteAt(target: string, at: number): number {
  const digits = target.slice(at + 1, at + 3)
  return /^[0-9a-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : 0
}

function isText(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

function codes(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0))
}

function tableOf(marks: string): Uint8Array {
  const table = new Uint8Array(0x80)
  for (const code of codes(`${marks}0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz`))
    table[code] = 1
  return table
}
