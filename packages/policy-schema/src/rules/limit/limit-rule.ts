import { member, members, type PathSegment, pointerTo, type Rule } from '../../rule.ts'

/** A set of named limits somewhere in a document. */
export interface LimitSet {
  readonly place: readonly PathSegment[]
  readonly limits: unknown
}

/** What is wrong with a limit: at one of its keys, or with the whole of it where `key` is undefined. */
export interface LimitFault {
  readonly key?: string
  readonly message: string
}

/** A rule that looks at each limit alone, in limits.json and in gateway.json alike. */
export interface LimitRule {
  readonly name: string
  faults(limit: unknown): readonly LimitFault[]
}

/** Applies a rule for one limit to all limits that `setsOf` finds in a document. */
export function forEachLimit(rule: LimitRule, setsOf: (document: unknown) => readonly LimitSet[]): Rule {
  return {
    name: rule.name,
    check: (document) =>
      setsOf(document).flatMap(({ place, limits }) =>
        members(limits)
          .filter(([, limit]) => typeof limit === 'object' && limit !== null && !Array.isArray(limit))
          .flatMap(([name, limit]) =>
            rule.faults(limit).map(({ key, message }) => ({
              pointer: pointerTo(...place, name, ...(key === undefined ? [] : [key])),
              rule: rule.name,
              message,
            })),
          ),
      ),
  }
}

/** The keys that tell what kind of limit it is. */
export const KIND_KEYS = ['window', 'period', 'concurrent'] as const

/** Those of `KIND_KEYS` that a limit has. */
export function kindsOf(limit: unknown): string[] {
  return KIND_KEYS.filter((key) => member(limit, key) !== undefined)
}
