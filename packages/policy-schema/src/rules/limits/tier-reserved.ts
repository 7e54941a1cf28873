import { member, members, pointerTo, type Rule } from '../../rule.ts'

/** Counters of candidates and routes are kept under such names beside those of tiers. */
export const tierReserved: Rule = {
  name: 'tier-reserved',
  check(document) {
    return members(member(document, 'tiers'))
      .filter(([name]) => /^(candidate|route)-/.test(name))
      .map(([name]) => ({
        pointer: pointerTo('tiers', name),
        rule: this.name,
        message: `names that begin with "${name.slice(0, name.indexOf('-') + 1)}" are kept for counters: choose another name`,
      }))
  },
}
