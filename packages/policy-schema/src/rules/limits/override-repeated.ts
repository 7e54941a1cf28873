import { member, pointerTo, type Rule, shown } from '../../rule.ts'
import { overridesOf } from './limit-sets.ts'

/** Overrides have ids of their own: ending one must not leave another of its name. */
export const overrideRepeated: Rule = {
  name: 'override-repeated',
  check(document) {
    const seen = new Set<unknown>()
    return overridesOf(document).flatMap(({ override, place }) => {
      const id = member(override, 'id')
      if (typeof id !== 'string' || !seen.has(id)) {
        seen.add(id)
        return []
      }
      const message = `the id ${shown(id)} stands twice: give each override its own`
      return [{ pointer: pointerTo(...place, 'id'), rule: this.name, message }]
    })
  },
}
