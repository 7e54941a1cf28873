import { member, pointerTo, type Rule } from '../../rule.ts'
import { routesOf } from './routes.ts'

/** A public route has no token to ask scopes or a proof of; writing them would promise a guard that is not there. */
export const demandsNeedBearer: Rule = {
  name: 'demands-need-bearer',
  check(document) {
    return routesOf(document)
      .filter(({ route }) => member(route, 'auth') === 'public')
      .flatMap(({ route, index }) =>
        ['scopes', 'anyScopes', 'proof']
          .filter((key) => member(route, key) !== undefined)
          .map((key) => ({
            pointer: pointerTo('routes', index, key),
            rule: this.name,
            message: `a public route takes no token: take "${key}" out, or write "auth": "bearer"`,
          })),
      )
  },
}
