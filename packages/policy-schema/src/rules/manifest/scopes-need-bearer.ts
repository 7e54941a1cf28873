import { member, pointerTo, type Rule } from '../../rule.ts'
import { routesOf } from './routes.ts'

/** A public route has no token whose scopes could be asked for; written scopes would promise a guard that is not there. */
export const scopesNeedBearer: Rule = {
  name: 'scopes-need-bearer',
  check(document) {
    return routesOf(document)
      .filter(({ route }) => member(route, 'auth') === 'public')
      .flatMap(({ route, index }) =>
        ['scopes', 'anyScopes']
          .filter((key) => member(route, key) !== undefined)
          .map((key) => ({
            pointer: pointerTo('routes', index, key),
            rule: this.name,
            message: `a public route has no scopes: take "${key}" out, or write "auth": "bearer"`,
          })),
      )
  },
}
