import { member, pointerTo, type Rule } from '../../rule.ts'
import { routesOf } from './routes.ts'

/** Scopes of a bearer route are written, even when there are none: a forgotten line must not open a route. */
export const bearerNeedsScopes: Rule = {
  name: 'bearer-needs-scopes',
  check(document) {
    return routesOf(document)
      .filter(({ route }) => member(route, 'auth') === 'bearer')
      .filter(
        ({ route }) => member(route, 'scopes') === undefined && member(route, 'anyScopes') === undefined,
      )
      .map(({ index }) => ({
        pointer: pointerTo('routes', index, 'scopes'),
        rule: this.name,
        message:
          'a bearer route says what it needs: write "scopes", such as ["products:read"], or [] where any token will do',
      }))
  },
}
