import { member, members, type PathSegment, pointerTo, type Rule, shown } from '../../rule.ts'
import { limitSets } from './limit-sets.ts'

/** Calls without a token have an address and nothing else to be counted by. */
export const anonymousPer: Rule = {
  name: 'anonymous-per',
  check(document) {
    const anonymous = member(document, 'anonymousTier')
    if (typeof anonymous !== 'string') return []
    const written: [PathSegment[], unknown][] = [
      [['tiers', anonymous, 'per'], member(member(member(document, 'tiers'), anonymous), 'per')],
      ...limitSets(document)
        .filter(({ tier }) => tier === anonymous)
        .flatMap(({ place, limits }) =>
          members(limits).map(([name, limit]): [PathSegment[], unknown] => [
            [...place, name, 'per'],
            member(limit, 'per'),
          ]),
        ),
    ]
    return written
      .filter(([, per]) => typeof per === 'string' && /^(client$|user$|claim:)/.test(per))
      .map(([place, per]) => ({
        pointer: pointerTo(...place),
        rule: this.name,
        message: `anonymous calls have no ${shown(per)}: take "per" out, then they are counted by address`,
      }))
  },
}
