import type { FastifyInstance } from 'fastify'
import findMyWay, { type HTTPMethod } from 'find-my-way'
import { Refusal } from '../../errors/refusal.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'] as const

/** 405 with Allow where the path is known, 204 with Allow for OPTIONS, 404 for the rest. Install before any route. */
export function useUnmatched(app: FastifyInstance): void {
  const paths = findMyWay()
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat())
      if (!paths.hasRoute(one as HTTPMethod, url)) paths.on(one as HTTPMethod, url, () => {})
  })
  // A hook: fastify's own handler comes after the body was read, and what is wrong with that does not matter here.
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return
    const path = request.url.split('?', 1)[0] as string
    const known = METHODS.filter((method) => paths.find(method, path) !== null)
    if (known.length === 0) throw new Refusal('GW_NO_ROUTE')
    const allow = [...known, 'OPTIONS'].join(', ')
    if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send()
    const detail = `${request.method} is not possible here; use ${known.join(', ')}.`
    throw new Refusal('GW_METHOD', { detail, headers: { allow } })
  })
  app.setNotFoundHandler(() => {
    throw new Refusal('GW_NO_ROUTE')
  })
}
