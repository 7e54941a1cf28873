import { pointerTo, type Rule, shown } from '../../rule.ts'
import { methodsOf, routesOf } from './routes.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Methods are the ones the gateway carries, in capitals as on the wire. */
export const methodKnown: Rule = {
  name: 'method-known',
  check(document) {
    return routesOf(document).flatMap(({ route, index }) =>
      methodsOf(route)
        .filter(({ method }) => !METHODS.includes(method) && method !== 'HEAD')
        .map(({ method, at }) => ({
          pointer: pointerTo('routes', index, 'methods', at),
          rule: this.name,
          message: METHODS.includes(method.toUpperCase())
            ? `methods are written in capitals: write "${method.toUpperCase()}"`
            : `${shown(method)} is no method the gateway carries: use ${METHODS.join(', ')}`,
        })),
    )
  },
}
