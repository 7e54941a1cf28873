import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyInstance } from 'fastify'

/** 406 for callers that refuse JSON (RFC 9110 §12.5.1). */
export function useAcceptable(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const accept = request.headers.accept
    if (accept === undefined || request.routeOptions.config.open || takesJson(accept)) return
    throw new ProblemError(problems.notAcceptable, { detail: 'This service answers application/json only.' })
  })
}

const JSON_RANGES = new Set(['*/*', 'application/*', 'application/json', 'application/problem+json'])

function takesJson(accept: string): boolean {
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    return JSON_RANGES.has(type) && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })
}
