import type { PolicyProblem } from '../../policy.ts'
import { items, member, pointerTo, type Rule } from '../../rule.ts'

export interface RoutePlace {
  readonly route: unknown
  readonly index: number
}

/** The entries of a manifest with their place. */
export function routesOf(document: unknown): RoutePlace[] {
  return items(member(document, 'routes')).map((route, index) => ({ route, index }))
}

/** A rule that looks at each path alone: `fault` answers what is wrong and how to mend it, or undefined. */
export function pathRule(
  name: string,
  fault: (path: string, segments: readonly string[]) => string | undefined,
): Rule {
  return {
    name,
    check: (document) =>
      routesOf(document).flatMap(({ route, index }): PolicyProblem[] => {
        const path = member(route, 'path')
        if (typeof path !== 'string') return []
        const message = fault(path, path.split('/').slice(path.startsWith('/') ? 1 : 0))
        return message ? [{ pointer: pointerTo('routes', index, 'path'), rule: name, message }] : []
      }),
  }
}

/** The methods of an entry that are texts, with their place in the list. */
export function methodsOf(route: unknown): { method: string; at: number }[] {
  return items(member(route, 'methods')).flatMap((method, at) =>
    typeof method === 'string' ? [{ method, at }] : [],
  )
}
