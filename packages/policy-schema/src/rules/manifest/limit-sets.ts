import { member } from '../../rule.ts'
import type { LimitSet } from '../limit/limit-rule.ts'
import { routesOf } from './routes.ts'

/** The extra limits of every route. */
export function routeLimitSets(document: unknown): LimitSet[] {
  return routesOf(document).map(({ route, index }) => ({
    place: ['routes', index, 'limits'],
    limits: member(route, 'limits'),
  }))
}
