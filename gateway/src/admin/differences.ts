import { diffLimits, type LimitsChange } from '@stockgate/policy-schema'
import Type from 'typebox'
import { readLimits } from './read-limits.ts'

/** One difference between two documents: in words, and in parts for programs. */
export const ChangeOutput = Type.Object({ text: Type.String() }, { additionalProperties: true })

/** The differences between two documents as they were written. None where one is by no rule of today valid. */
export function changesBetween(before: object | null, after: object): LimitsChange[] {
  const [from, to] = [before && readLimits(before), readLimits(after)]
  return from && to ? diffLimits(from, to) : []
}

/** Changes in words, the first of them where they are many; the revision itself tells them all. */
export function inWords(changes: readonly { readonly text: string }[], most = 100): string[] {
  const texts = changes.slice(0, most).map(({ text }) => text)
  const more = changes.length - texts.length
  return more > 0 ? [...texts, `and ${more} more`] : texts
}
