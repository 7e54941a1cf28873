import { pointerTo, type Rule } from '../../rule.ts'
import { methodsOf, routesOf } from './routes.ts'

/** HEAD always comes with GET and never alone, so the two can never differ in scopes or cost. */
export const headImplied: Rule = {
  name: 'head-implied',
  check(document) {
    return routesOf(document).flatMap(({ route, index }) =>
      methodsOf(route)
        .filter(({ method }) => method === 'HEAD')
        .map(({ at }) => ({
          pointer: pointerTo('routes', index, 'methods', at),
          rule: this.name,
          message: 'GET brings HEAD along: take HEAD out, and list GET if it is not there',
        })),
    )
  },
}
