import { type ApiClient, createApiClient } from '../../client/api-client.ts'
import { clientSecret, knownClients } from '../../client/known-clients.ts'
import type { StopSwitch } from '../../client/stop-switch.ts'
import { createTokenSource, TokenError } from '../../client/token-source.ts'

export interface SignInOptions {
  readonly gateway: URL
  readonly clientId: string
  /** As given by an option. */
  readonly secret: string | undefined
  /** The variable that may hold the secret instead. */
  readonly variable: 'STOCKGATE_CLIENT_SECRET' | 'STOCKGATE_CLERK_SECRET'
  readonly connections: number
  readonly stop: StopSwitch
}

/** A client of the API that has a token already; rejects with a TokenError that says what is wrong. */
export async function signIn(options: SignInOptions): Promise<ApiClient> {
  const { gateway, clientId, secret, variable, connections, stop } = options
  const env = { ...process.env, STOCKGATE_CLIENT_SECRET: process.env[variable] }
  const known = clientSecret(clientId, secret, env)
  if (known === undefined) {
    const hint = knownClients().length > 0 ? `known are ${knownClients().join(', ')}` : 'run pnpm start first'
    throw new TokenError(`no secret known for the client "${clientId}": ${hint}, or set ${variable}`)
  }
  const tokens = createTokenSource({ gateway, clientId, clientSecret: known })
  await tokens.token()
  return createApiClient({ gateway, tokens, stop, connections })
}
