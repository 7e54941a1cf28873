import { problems } from '@stockgate/problem'
import type { FastifyInstance } from 'fastify'
import findMyWay, { type HTTPMethod } from 'find-my-way'
import { MERGE_PATCH } from './bodies.ts'
import { sendProblem } from './errors.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Most characters of one part of a path: a barcode may have this many. */
export const LONGEST_PARAM = 512

/** 405 with Allow for a known path, 204 with Allow for OPTIONS, 404 for the rest. Register before any route. */
export function useUnmatched(app: FastifyInstance): void {
  const paths = findMyWay({ maxParamLength: LONGEST_PARAM })
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.open) return
    for (const one of [method].flat()) {
      if (paths.hasRoute(one as HTTPMethod, url)) continue
      paths.on(one as HTTPMethod, url, () => {})
    }
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] as string
    const allowed = METHODS.filter((method) => paths.find(method, path) !== null)
    if (allowed.length === 0) return sendProblem(request, reply, problems.notFound)
    reply.header('allow', [...allowed, 'OPTIONS'].join(', '))
    if (allowed.includes('PATCH')) reply.header('accept-patch', MERGE_PATCH)
    if (request.method === 'OPTIONS') return reply.code(204).send()
    return sendProblem(request, reply, problems.methodNotAllowed, {
      detail: `${request.method} is not possible here; use ${allowed.join(', ')}.`,
    })
  })
}
