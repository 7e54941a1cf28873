import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import {
  bearerOf,
  type Client,
  isCanonicalToken,
  KeysUnreachable,
  TokenRefused,
  type Tokens,
} from '../../tokens/index.ts'

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

const LONGEST_NAME = 128
const CONTROL = /\p{Cc}|\p{Zl}|\p{Zp}/gu

/** Every route states what it asks for; a token of a trusted issuer is checked before anything of a body is read. */
export function useAccess(app: FastifyInstance, tokens: Tokens): void {
  app.decorateRequest('operator', '')
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access === undefined) throw new Error(`${method} ${url} does not state its access`)
  })
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config
    // Where no route matches the answer is 404 or 405 and shows nothing.
    if (access === 'open' || (access === undefined && request.is404)) return
    const client = await clientOf(request, tokens)
    request.operator = operatorOf(client)
    if (access === undefined || !client.scopes.has(access)) throw lacks(access ?? 'ops:write')
  })
}

async function clientOf({ headers }: FastifyRequest, tokens: Tokens): Promise<Client> {
  const token = bearerOf(headers.authorization)
  if (token === undefined)
    throw new Refusal('GW_NO_TOKEN', {
      detail: 'This call needs an access token.',
      headers: { 'www-authenticate': 'Bearer realm="stockgate admin"' },
    })
  if (!isCanonicalToken(token)) throw bad('The token is malformed')
  const known = tokens.recall(token)
  if (known !== undefined) return known
  try {
    return await tokens.learn(token)
  } catch (error) {
    if (error instanceof TokenRefused) throw bad(error.message, error)
    if (error instanceof KeysUnreachable)
      throw new Refusal('GW_NO_KEYS', { headers: { 'retry-after': '1' }, cause: error })
    throw error
  }
}

function bad(description: string, cause?: unknown): Refusal {
  const challenge = `Bearer realm="stockgate admin", error="invalid_token", error_description="${description}"`
  return new Refusal('GW_BAD_TOKEN', {
    detail: `${description}.`,
    headers: { 'www-authenticate': challenge },
    ...(cause !== undefined && { cause }),
  })
}

function lacks(scope: string): Refusal {
  const challenge = `Bearer realm="stockgate admin", error="insufficient_scope", scope="${scope}"`
  return new Refusal('GW_SCOPE', {
    detail: `This call needs the scope ${scope}.`,
    headers: { 'www-authenticate': challenge },
  })
}

/** The client, with the person behind it where the token names one. Kept for good, so nothing in it breaks a line. */
function operatorOf({ clientId, sub }: Client): string {
  const name = (text: string) => text.replace(CONTROL, '?').slice(0, LONGEST_NAME)
  return sub === clientId ? name(clientId) : `${name(clientId)} (${name(sub)})`
}
