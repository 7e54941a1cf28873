import { amount, unit } from '../limit-words.ts'
import { sameLimit } from '../normalise-limit.ts'
import type { LimitSpec } from '../policy.ts'

/** How one limit of a list differs: `burst falls from 100 to 50 per 1 s`. */
export interface LimitDifference {
  readonly limit: string
  readonly words: string
}

/** What is different about the limits of `after`, those that are gone last. */
export function diffLimitLists(before: readonly LimitSpec[], after: readonly LimitSpec[]): LimitDifference[] {
  const named = (limits: readonly LimitSpec[], name: string) => limits.find((limit) => limit.name === name)
  const changed = after.flatMap((limit) => {
    const earlier = named(before, limit.name)
    return earlier && sameLimit(earlier, limit)
      ? []
      : [{ limit: limit.name, words: wordsFor(earlier, limit) }]
  })
  const gone = before
    .filter(({ name }) => !named(after, name))
    .map((limit) => ({ limit: limit.name, words: `${limit.name} of ${amount(limit)} is gone` }))
  return [...changed, ...gone]
}

function wordsFor(was: LimitSpec | undefined, is: LimitSpec): string {
  if (!was) return `${is.name} of ${amount(is)} is new`
  if (unit(was) !== unit(is)) return `${is.name} changes from ${amount(was)} to ${amount(is)}`
  return `${is.name} ${is.quota < was.quota ? 'falls' : 'rises'} from ${was.quota} to ${amount(is)}`
}
