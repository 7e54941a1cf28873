import { member, pointerTo, type Rule } from '../../rule.ts'
import { overridesOf } from './limit-sets.ts'

/** An override changes something. */
export const overrideEmpty: Rule = {
  name: 'override-empty',
  check(document) {
    return overridesOf(document)
      .filter(({ override }) => typeof override === 'object' && override !== null && !Array.isArray(override))
      .filter(
        ({ override }) => member(override, 'tier') === undefined && member(override, 'limits') === undefined,
      )
      .map(({ place }) => ({
        pointer: pointerTo(...place),
        rule: this.name,
        message: 'the override changes nothing: add "tier", "limits" or both',
      }))
  },
}
