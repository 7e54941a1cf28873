import type { JsonFault } from './fault.ts'
import { pointerTo } from './pointer.ts'

type Path = (string | number)[]

/** What a walk through a value needs to know and finds out. */
interface Walk {
  /** Whether texts can hold what only an escape can bring into them. */
  readonly escapes: boolean
  readonly path: Path
  members: number
}

export interface Fitness {
  readonly fault: JsonFault | undefined
  /** Members of all objects, so far as the walk went. */
  readonly members: number
}

/**
 * Looks for what no name, text or number of ours may be: NUL and half a surrogate pair, which no database of ours can
 * keep; numbers that arrived as others than were written; names that reach the prototype of whoever copies the object.
 * The depth of the value must be bounded.
 */
export function fitnessOf(value: unknown, escapes: boolean): Fitness {
  const walk: Walk = { escapes, path: [], members: 0 }
  const fault = faultIn(value, walk)
  return { fault, members: walk.members }
}

function faultIn(value: unknown, walk: Walk): JsonFault | undefined {
  if (typeof value === 'string') return walk.escapes ? faultOfText(value, walk.path) : undefined
  if (typeof value === 'number') return faultOfNumber(value, walk.path)
  if (value === null || typeof value !== 'object') return undefined
  return Array.isArray(value) ? faultInList(value, walk) : faultInObject(value, walk)
}

function faultInList(list: readonly unknown[], walk: Walk): JsonFault | undefined {
  for (let at = 0; at < list.length; at++) {
    walk.path.push(at)
    const found = faultIn(list[at], walk)
    if (found !== undefined) return found
    walk.path.pop()
  }
  return undefined
}

function faultInObject(object: object, walk: Walk): JsonFault | undefined {
  for (const key of Object.keys(object)) {
    walk.members++
    const found = walk.escapes ? faultOfText(key, walk.path) : undefined
    if (found !== undefined) return found
    walk.path.push(key)
    const inner = (object as Record<string, unknown>)[key]
    if (key === '__proto__' || (key === 'constructor' && holdsPrototype(inner)))
      return fault(walk.path, 'is a name that is not taken', 'forbidden-key')
    const within = faultIn(inner, walk)
    if (within !== undefined) return within
    walk.path.pop()
  }
  return undefined
}

/** `constructor` alone is a name like any other; this is the spelling that reaches further. */
function holdsPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype')
}

function faultOfText(text: string, path: Path): JsonFault | undefined {
  if (text.includes('\0')) return fault(path, 'must not hold the character U+0000', 'forbidden-text')
  return text.isWellFormed()
    ? undefined
    : fault(path, 'must not hold half a surrogate pair', 'forbidden-text')
}

/** Infinity is what JSON.parse makes of 1e400, and 2^53 what it makes of 2^53 + 1. */
function faultOfNumber(number: number, path: Path): JsonFault | undefined {
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER
    ? undefined
    : fault(path, `is too large a number: at most ${Number.MAX_SAFE_INTEGER} is exact`, 'inexact-number')
}

function fault(path: Path, detail: string, code: string): JsonFault {
  return { pointer: pointerTo(path), detail, code }
}
