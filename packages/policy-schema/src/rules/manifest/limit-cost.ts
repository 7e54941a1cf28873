import { DEFAULT_COST } from '../../manifest-schema.ts'
import { member, members, pointerTo, type Rule } from '../../rule.ts'
import { routesOf } from './routes.ts'

/** One call fits each of the route's own limits; otherwise the route could never be called. */
export const limitCost: Rule = {
  name: 'limit-cost',
  check(document) {
    return routesOf(document).flatMap(({ route, index }) => {
      const cost = member(route, 'cost') ?? DEFAULT_COST
      return members(member(route, 'limits')).flatMap(([name, limit]) => {
        const quota = member(limit, 'quota')
        if (typeof quota !== 'number' || typeof cost !== 'number' || quota < 1 || cost <= quota) return []
        const message = `one call costs ${cost} and never fits: write at least ${cost}, or lower the cost`
        return [{ pointer: pointerTo('routes', index, 'limits', name, 'quota'), rule: this.name, message }]
      })
    })
  },
}
