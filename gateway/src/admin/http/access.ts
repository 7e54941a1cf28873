import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import {
  createChallenges,
  createHolders,
  hasTokenInQuery,
  insufficientScope,
  presentedIn,
} from '../../proofs/index.ts'
import {
  type Client,
  isCanonicalToken,
  KeysUnreachable,
  TokenRefused,
  type Tokens,
} from '../../tokens/index.ts'
import { callOf } from './token-call.ts'

/** What a token must hold for a route; `open` routes ask for no token. */
export type Access = 'ops:read' | 'ops:write' | 'open'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Stated by every route of the admin listener; one that forgets it does not boot. */
    access?: Access
  }
  interface FastifyRequest {
    /** Who changes or reads the policy, as the history names them; empty on open routes. */
    operator: string
  }
}

const REALM = 'realm="stockgate admin"'
const challenges = createChallenges({ guide: REALM, demand: null, keys: false })
const LONGEST_NAME = 128
const CONTROL = /\p{Cc}|\p{Zl}|\p{Zp}/gu

/**
 * Every route states what it asks for; a token of a trusted issuer is checked before anything of a body is read, and
 * one that is bound to its holder is taken from nobody else.
 */
export function useAccess(app: FastifyInstance, tokens: Tokens, clock: () => number = Date.now): void {
  const holders = createHolders(clock)

  async function clientOf(request: FastifyRequest): Promise<Client> {
    const presented = presentedIn(request.headers.authorization)
    if (presented === undefined) throw challenges.noToken('This call needs an access token.')
    if (hasTokenInQuery(request.originalUrl)) throw challenges.ambiguous()
    const { scheme, token } = presented
    if (!isCanonicalToken(token)) throw challenges.badToken(scheme, 'The token is malformed')
    try {
      const client = tokens.recall(token) ?? (await tokens.learn(token))
      const flaw = await holders.flawOf(client, presented, null, callOf(request))
      if (flaw !== null) throw challenges.misheld(flaw)
      return client
    } catch (error) {
      if (error instanceof TokenRefused) throw challenges.badToken(scheme, error.message, error)
      if (error instanceof KeysUnreachable)
        throw new Refusal('GW_NO_KEYS', { headers: { 'retry-after': '1' }, cause: error })
      throw error
    }
  }

  app.decorateRequest('operator', '')
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access === undefined) throw new Error(`${method} ${url} does not state its access`)
  })
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config
    // Where no route matches the answer is 404 or 405 and shows nothing.
    if (access === 'open' || (access === undefined && request.is404)) return
    const client = await clientOf(request)
    request.operator = operatorOf(client)
    if (access === undefined || !client.scopes.has(access)) throw lacks(request, access ?? 'ops:write')
  })
}

/** The client, with the person behind it where the token names one. Kept for good, so nothing in it breaks a line. */
function operatorOf({ clientId, sub }: Client): string {
  const name = (text: string) => text.replace(CONTROL, '?').slice(0, LONGEST_NAME)
  return sub === clientId ? name(clientId) : `${name(clientId)} (${name(sub)})`
}

function lacks({ headers }: FastifyRequest, scope: string): Refusal {
  const scheme = presentedIn(headers.authorization)?.scheme ?? 'Bearer'
  return insufficientScope(REALM, scheme, scope, `the scope ${scope}`)
}
