import { member, pointerTo, type Rule, shown } from '../../rule.ts'
import { candidatesOf } from './limit-sets.ts'

/** A candidate is not called like a tier: reports name both side by side. */
export const candidateIsTier: Rule = {
  name: 'candidate-is-tier',
  check(document) {
    const tiers = member(document, 'tiers')
    return candidatesOf(document)
      .filter(({ name }) => member(tiers, name) !== undefined)
      .map(({ name, place }) => ({
        pointer: pointerTo(...place),
        rule: this.name,
        message: `there is a tier ${shown(name)}: give the candidate a name of its own`,
      }))
  },
}
