import type { PolicyProblem } from '../../policy.ts'
import { members, pointerTo, type Rule, shown } from '../../rule.ts'
import { routeLimitSets } from './limit-sets.ts'

/** Routes that name the same limit share its counter, so they agree on what it is. */
export const limitDiffers: Rule = {
  name: 'limit-differs',
  check(document) {
    const first = new Map<string, { pointer: string; says: string }>()
    const problems: PolicyProblem[] = []
    for (const { place, limits } of routeLimitSets(document)) {
      for (const [name, limit] of members(limits)) {
        const pointer = pointerTo(...place, name)
        const says = JSON.stringify(members(limit).sort(([a], [b]) => (a < b ? -1 : 1)))
        const earlier = first.get(name)
        if (earlier === undefined) first.set(name, { pointer, says })
        else if (earlier.says !== says) {
          const message = `${shown(name)} at ${earlier.pointer} says something else: write the same, or choose another name`
          problems.push({ pointer, rule: this.name, message })
        }
      }
    }
    return problems
  },
}
