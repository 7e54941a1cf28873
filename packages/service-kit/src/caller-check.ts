import type { IncomingMessage } from 'node:http'
import { CallerRefused, type CallerVerifier, KeysUnreachable } from '@stockgate/caller'
import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyInstance } from 'fastify'
import { errors as jose } from 'jose'

/** Every route that is not open needs a caller token for this service, and the scopes its config names. */
export function useCallerCheck(app: FastifyInstance, verify: CallerVerifier): void {
  app.decorateRequest('caller', null as never)
  app.addHook('onRequest', async (request) => {
    const config = request.routeOptions.config
    if (config.open) return
    const token = soleBearer(request.raw)
    if (!token) throw unauthenticated('The call carries no caller token.')
    try {
      request.caller = await verify(token)
    } catch (error) {
      if (isRefusal(error)) throw unauthenticated('The caller token is not good for this service.', error)
      if (!(error instanceof KeysUnreachable)) throw error
      throw new ProblemError(problems.reducedCapacity, {
        detail: 'Caller tokens cannot be checked at the moment.',
        headers: { 'retry-after': '2' },
        cause: error,
      })
    }
    const missing = (config.scopes ?? []).filter((scope) => !request.caller.scopes.has(scope))
    if (missing.length > 0) throw insufficientScope(missing)
    const { anyScopes } = config
    if (anyScopes && !anyScopes.some((scope) => request.caller.scopes.has(scope)))
      throw insufficientScope(anyScopes.slice(0, 1))
  })
}

/** 403 that names the missing scopes as RFC 6750 says. */
export function insufficientScope(missing: readonly string[]): ProblemError {
  const scope = missing.join(' ')
  return new ProblemError(problems.insufficientScope, {
    detail: `This call needs the scope ${scope}.`,
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  })
}

function unauthenticated(detail: string, cause?: unknown): ProblemError {
  return new ProblemError(problems.unauthenticated, {
    detail,
    headers: { 'www-authenticate': 'Bearer' },
    cause,
  })
}

/** The token of the one Authorization header there may be: of two, each reader could believe another. */
function soleBearer({ headers, rawHeaders }: IncomingMessage): string | undefined {
  let found = 0
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.toLowerCase() === 'authorization') found++
  return found === 1 ? /^Bearer ([\w.-]+)$/.exec(headers.authorization ?? '')?.[1] : undefined
}

/** A token that is wrong, as opposed to keys that cannot be had. */
function isRefusal(error: unknown): boolean {
  return error instanceof CallerRefused || error instanceof jose.JOSEError
}
