import type { CallerVerifier } from '@stockgate/caller'
import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyInstance } from 'fastify'
import { errors as jose } from 'jose'

/** Every route that is not open needs a caller token for this service, and the scopes its config names. */
export function useCallerCheck(app: FastifyInstance, verify: CallerVerifier): void {
  app.decorateRequest('caller', null as never)
  app.addHook('onRequest', async (request) => {
    const config = request.routeOptions.config
    if (config.open) return
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (!token) throw unauthenticated('The call carries no caller token.')
    try {
      request.caller = await verify(token)
    } catch (error) {
      if (isRefusal(error)) throw unauthenticated('The caller token is not good for this service.', error)
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

/** A token that is wrong, as opposed to a key set that cannot be fetched. */
function isRefusal(error: unknown): boolean {
  if (error instanceof jose.JWKSTimeout || error instanceof jose.JWKSInvalid) return false
  if (error instanceof jose.JOSEError) return error.code !== 'ERR_JOSE_GENERIC'
  return error instanceof SyntaxError || (error instanceof TypeError && error.message === 'unknown issuer')
}
