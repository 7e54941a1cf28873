import type { PolicyProblem } from './policy.ts'

/**
 * One rule over a whole document. It is given the document as parsed, whatever that is, and says nothing about
 * places whose shape is wrong: so every problem of a document is reported at once, each by one rule.
 */
export interface Rule {
  readonly name: string
  check(document: unknown): readonly PolicyProblem[]
}

export type PathSegment = string | number

/** The JSON Pointer of a place in a document, as a fragment. */
export function pointerTo(...segments: readonly PathSegment[]): string {
  return asFragment(
    segments.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
  )
}

/** A JSON Pointer as a fragment, on one line whatever the keys of the document hold. */
export function asFragment(pointer: string): string {
  return `#${pointer.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, encodeURIComponent)}`
}

/** The members of an object; none where the value is something else. */
export function members(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}

/** One member of an object; undefined where there is none. */
export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

/** The items of an array; none where the value is something else. */
export function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** A value as it may be shown in a message: short, on one line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
