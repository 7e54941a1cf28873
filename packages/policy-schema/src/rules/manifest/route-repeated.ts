import { patternOf } from '../../pattern.ts'
import type { PolicyProblem } from '../../policy.ts'
import { member, pointerTo, type Rule } from '../../rule.ts'
import { methodsOf, routesOf } from './routes.ts'

/** A path and method stand once; which entry would count could not be seen otherwise. */
export const routeRepeated: Rule = {
  name: 'route-repeated',
  check(document) {
    const first = new Map<string, string>()
    const problems: PolicyProblem[] = []
    for (const { route, index } of routesOf(document)) {
      const path = member(route, 'path')
      if (typeof path !== 'string') continue
      for (const { method, at } of methodsOf(route)) {
        const claim = `${method} ${patternOf(path)}`
        const pointer = pointerTo('routes', index, 'methods', at)
        const earlier = first.get(claim)
        if (earlier === undefined) first.set(claim, pointer)
        else {
          const message = `${method} ${path} already stands at ${earlier}: keep one of them`
          problems.push({ pointer, rule: this.name, message })
        }
      }
    }
    return problems
  },
}
