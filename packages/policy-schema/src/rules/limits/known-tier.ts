import { nearest } from '@stockgate/settings'
import { member, members, type PathSegment, pointerTo, type Rule, shown } from '../../rule.ts'
import { candidatesOf, overridesOf } from './limit-sets.ts'

/** Every tier that is named anywhere is defined in `tiers`. */
export const knownTier: Rule = {
  name: 'known-tier',
  check(document) {
    const tiers = members(member(document, 'tiers')).map(([name]) => name)
    if (tiers.length === 0) return []
    const named: [PathSegment[], unknown][] = [
      ...members(member(document, 'clients')).map(([id, tier]): [PathSegment[], unknown] => [
        ['clients', id],
        tier,
      ]),
      [['defaultTier'], member(document, 'defaultTier')],
      [['anonymousTier'], member(document, 'anonymousTier')],
      ...overridesOf(document).map(({ override, place }): [PathSegment[], unknown] => [
        [...place, 'tier'],
        member(override, 'tier'),
      ]),
      ...candidatesOf(document).map(({ candidate, place }): [PathSegment[], unknown] => [
        [...place, 'tier'],
        member(candidate, 'tier'),
      ]),
    ]
    return named
      .filter(([, tier]) => typeof tier === 'string' && !tiers.includes(tier))
      .map(([place, tier]) => {
        const near = nearest(tier as string, tiers)
        const advice = near ? `did you mean "${near}"?` : `define it in tiers, or use ${tiers.join(', ')}`
        return {
          pointer: pointerTo(...place),
          rule: this.name,
          message: `there is no tier ${shown(tier)}: ${advice}`,
        }
      })
  },
}
