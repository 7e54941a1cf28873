import { member, members, pointerTo, type Rule, shown } from '../../rule.ts'
import { routesOf } from './routes.ts'

/** Callers of a public route have an address and nothing else to be counted by. */
export const limitPerPublic: Rule = {
  name: 'limit-per-public',
  check(document) {
    return routesOf(document)
      .filter(({ route }) => member(route, 'auth') === 'public')
      .flatMap(({ route, index }) =>
        members(member(route, 'limits'))
          .map(([name, limit]): [string, unknown] => [name, member(limit, 'per')])
          .filter(([, per]) => typeof per === 'string' && /^(client$|user$|claim:)/.test(per))
          .map(([name, per]) => ({
            pointer: pointerTo('routes', index, 'limits', name, 'per'),
            rule: this.name,
            message: `callers of a public route have no ${shown(per)}: take "per" out, then they are counted by address`,
          })),
      )
  },
}
