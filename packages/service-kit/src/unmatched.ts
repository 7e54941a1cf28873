import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import findMyWay, { type HTTPMethod } from 'find-my-way'
import { MERGE_PATCH } from './bodies.ts'

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
  const methodsOf = (request: FastifyRequest) => {
    const path = request.url.split('?', 1)[0] as string
    return METHODS.filter((method) => paths.find(method, path) !== null)
  }
  // Before the body is read: what is wrong with it does not matter where nobody would take it.
  app.addHook('preParsing', async (request) => {
    if (request.is404 && request.method !== 'OPTIONS') throw unmatched(request, methodsOf(request))
  })
  app.setNotFoundHandler((request, reply) => {
    const allowed = methodsOf(request)
    if (allowed.length === 0) throw unmatched(request, allowed)
    return reply.code(204).headers(allowHeaders(allowed)).send()
  })
}

function unmatched(request: FastifyRequest, allowed: readonly string[]): ProblemError {
  if (allowed.length === 0) return new ProblemError(problems.notFound)
  return new ProblemError(problems.methodNotAllowed, {
    detail: `${request.method} is not possible here; use ${allowed.join(', ')}.`,
    headers: allowHeaders(allowed),
  })
}

function allowHeaders(allowed: readonly string[]): Record<string, string> {
  return {
    allow: [...allowed, 'OPTIONS'].join(', '),
    ...(allowed.includes('PATCH') && { 'accept-patch': MERGE_PATCH }),
  }
}
