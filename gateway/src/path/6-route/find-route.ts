import type { FastifyInstance } from 'fastify'
import findMyWay, { type Config, type HTTPMethod, type HTTPVersion } from 'find-my-way'
import type { RoutePlan } from '../context.ts'
import { missingScope } from './scopes.ts'

/**
 * Lets others ask which route a call would meet, by the very routes that are mounted and the rules of the same
 * router. Install before any route.
 */
export function useRouteFinder(app: FastifyInstance): void {
  const router = findMyWay(app.initialConfig.routerOptions as Config<HTTPVersion.V1>)
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat()) router.on(one as HTTPMethod, url, () => {}, config?.plan)
  })
  app.decorate(
    'routeFor',
    (method, path) => (router.find(method as HTTPMethod, path)?.store as RoutePlan | undefined) ?? null,
  )
  app.decorate('lacking', (plan, scopes) => {
    const lack = missingScope(plan, { scopes })
    return lack === undefined ? null : `This call needs ${lack.words}.`
  })
}
