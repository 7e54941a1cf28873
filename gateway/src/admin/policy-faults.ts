import type { PolicyProblem } from '@stockgate/policy-schema'
import { Refusal } from '../errors/refusal.ts'
import { Unavailable } from '../journal/index.ts'
import { PolicyError, RevisionConflict, UnknownRevision } from '../policy/index.ts'
import { inWords } from './differences.ts'

/** Most faults one answer lists. */
const MOST_FAULTS = 100

/** One broken rule, as answers tell it. */
export interface Finding {
  pointer: string
  detail: string
  code: string
  [extension: string]: unknown
}

/** Where in the body a place of the document stands; undefined where the document alone is at fault. */
export type Place = (pointer: string) => string

/** `#/tiers/…` of a document that stands in the body as `document`. */
export const inDocument: Place = (pointer) => `#/document${pointer.replace(/^#/, '')}`

/** Each broken rule as `errors[]` tells it. */
export function faultsOf(problems: readonly PolicyProblem[], place: Place = (pointer) => pointer): Finding[] {
  return problems
    .slice(0, MOST_FAULTS)
    .map(({ pointer, message, rule }) => ({ pointer: place(pointer), detail: message, code: rule }))
}

/** The refusal of a document that breaks rules. Nothing was changed by it. */
export function invalid(problems: readonly PolicyProblem[], place: Place): Refusal {
  const rules = problems.length === 1 ? 'a rule' : `${problems.length} rules`
  return new Refusal('GW_INPUT', {
    detail: `The limits break ${rules}; nothing was changed.`,
    errors: faultsOf(problems, place),
  })
}

/** The refusal of who has not seen the newest revision: tells what others changed meanwhile, in words. */
export function stale(current: number, changes: readonly { readonly text: string }[]): Refusal {
  return new Refusal('GW_STALE', {
    detail: `The limits are at revision ${current} by now. Read them again, and look at changes first.`,
    extensions: { current_revision: current, changes: inWords(changes) },
  })
}

/** Does a change, and tells what stood in its way as the problem it is. */
export async function changing<Result>(place: Place, change: () => Promise<Result>): Promise<Result> {
  try {
    return await change()
  } catch (error) {
    if (error instanceof RevisionConflict) throw stale(error.current, error.changes)
    if (error instanceof PolicyError)
      throw invalid(
        error.refused.flatMap(({ problems }) => problems),
        place,
      )
    if (error instanceof UnknownRevision)
      throw new Refusal('GW_INPUT', {
        errors: [{ pointer: '#/revision', detail: 'is not in the history', code: 'unknown-revision' }],
      })
    if (error instanceof Unavailable)
      throw new Refusal('GW_NO_JOURNAL', {
        detail: error.unsure
          ? `It is not known whether anything was changed: ${error.message}.`
          : `Nothing could be changed: ${error.message}. What is in force stays.`,
        headers: { 'retry-after': '2' },
        cause: error,
      })
    throw error
  }
}
