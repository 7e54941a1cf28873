import { member, members, pointerTo, type Rule, shown } from '../../rule.ts'
import { limitSets } from './limit-sets.ts'

/** A limit is counted by something else than its tier, which is counted by itself already. */
export const limitPer: Rule = {
  name: 'limit-per',
  check(document) {
    const anonymous = member(document, 'anonymousTier')
    return limitSets(document).flatMap(({ tier, place, limits }) => {
      if (typeof tier !== 'string') return []
      const own =
        member(member(member(document, 'tiers'), tier), 'per') ?? (tier === anonymous ? 'address' : 'client')
      return members(limits)
        .filter(([, limit]) => member(limit, 'per') === own)
        .map(([name]) => ({
          pointer: pointerTo(...place, name, 'per'),
          rule: this.name,
          message: `tier ${shown(tier)} is counted by ${own} already: take "per" out, or write what to count apart`,
        }))
    })
  },
}
