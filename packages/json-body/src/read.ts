import type { JsonFault } from './fault.ts'
import { outlineOf } from './outline.ts'
import { repeatedKeys } from './repeated-keys.ts'
import { fitnessOf } from './unfit.ts'

/** Most levels of a body. Ours need eight; deeper ones could exhaust the stack of whoever walks through them. */
export const DEEPEST = 32

export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  /** It is no JSON text that is read here; `reason` says more, where the parser did. */
  | { readonly ok: false; readonly syntax: true; readonly detail: string; readonly reason?: string }
  /** It is one, and holds what is not taken. */
  | { readonly ok: false; readonly syntax: false; readonly faults: JsonFault[] }

const BACKSLASH = 0x5c
/** Strict, and without passing over a byte order mark, which no JSON text begins with (RFC 8259 §8.1). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Most places one answer names. */
const MOST_FAULTS = 100

/**
 * Reads the JSON text of a request: UTF-8 without a byte order mark, bounded in depth, no key twice, no name, text or
 * number that means one thing here and another one somewhere else. Both the gateway and the services read by this, so
 * what one takes the other does not refuse.
 */
export function readJsonBody(bytes: Uint8Array): JsonReading {
  if (bytes.length === 0) return noJson('The body is empty.')
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return noJson('The body begins with a byte order mark.')
  const outline = outlineOf(bytes, DEEPEST)
  if (!outline.shallow) return noJson(`The body is nested deeper than ${DEEPEST} levels.`)
  const text = textOf(bytes)
  if (text === undefined) return noJson('The body is not UTF-8.')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return noJson('The body is not valid JSON.', (error as Error).message)
  }
  const { fault, members } = fitnessOf(value, bytes.includes(BACKSLASH))
  if (fault !== undefined) return { ok: false, syntax: false, faults: [fault] }
  // Of a key that stands twice the parser keeps the last one only.
  return members === outline.members ? { ok: true, value } : { ok: false, syntax: false, faults: twice(text) }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function twice(text: string): JsonFault[] {
  return repeatedKeys(text)
    .slice(0, MOST_FAULTS)
    .map(({ pointer, written }) => ({
      pointer,
      detail: `${written} stands twice: keep one of them`,
      code: 'repeated-key',
    }))
}

function noJson(detail: string, reason?: string): JsonReading {
  return { ok: false, syntax: true, detail, ...(reason !== undefined && { reason }) }
}
