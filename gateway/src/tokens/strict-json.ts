import { isUtf8 } from 'node:buffer'

/** How large the JSON of a token may be, besides its bytes. */
export interface JsonBounds {
  readonly deepest: number
  /** Members and elements, at all levels together. */
  readonly most: number
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c

/**
 * The JSON object of some bytes; undefined where they are none, or one of more than these bounds, or one that names a
 * member twice: parsers do not agree which of the two counts, and who signed may have meant the other.
 */
export function readStrictObject(bytes: Buffer, bounds: JsonBounds): Record<string, unknown> | undefined {
  if (!isUtf8(bytes)) return undefined
  const written = membersWritten(bytes, bounds)
  if (written === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return membersOf(value) === written ? (value as Record<string, unknown>) : undefined
}

/** Counts names before anything is parsed: outside of texts each colon ends one. Undefined beyond the bounds. */
function membersWritten(bytes: Buffer, { deepest, most }: JsonBounds): number | undefined {
  let [depth, members, commas] = [0, 0, 0]
  let inText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (inText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) inText = false
    } else if (byte === QUOTE) inText = true
    else if (byte === COLON) members++
    else if (byte === COMMA) commas++
    else if (byte === 0x7b || byte === 0x5b) depth++
    else if (byte === 0x7d || byte === 0x5d) depth--
    if (depth > deepest || members > most || commas > most) return undefined
  }
  return members
}

/** Of two members of one name JSON.parse keeps one, so then there are fewer than were written. */
function membersOf(value: object): number {
  let count = Array.isArray(value) ? 0 : Object.keys(value).length
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) count += membersOf(inner)
  return count
}
