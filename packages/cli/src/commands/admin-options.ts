import type { Command } from 'commander'
import { type AdminClient, createAdminClient } from '../client/admin-client.ts'
import { adminUrl, clientSecret, gatewayUrl, knownClients } from '../client/known-clients.ts'
import { createTokenSource, TokenError } from '../client/token-source.ts'

/** What every command that works through the admin listener can be told. */
export interface AdminOptions {
  readonly admin?: string
  readonly gateway?: string
  readonly as: string
  readonly secret?: string
}

const OPERATOR = 'ops'

/** Adds the options of where the admin listener is and who asks. */
export function withAdminOptions(command: Command): Command {
  return command
    .option('--admin <url>', 'admin listener (default: STOCKGATE_ADMIN_URL, else the one pnpm start runs)')
    .option('--gateway <url>', 'gateway that gives the token (default: STOCKGATE_URL, likewise)')
    .option('--as <client>', 'client to act as', OPERATOR)
    .option('--secret <secret>', 'its secret (default: STOCKGATE_CLIENT_SECRET, else as seeded)')
}

/** A client of the admin listener as the options say. Throws an Error that says what to do. */
export function openAdmin({ admin, gateway, as: clientId, secret }: AdminOptions): AdminClient {
  const url = adminUrl(admin)
  const known = clientSecret(clientId, secret)
  if (known === undefined) {
    const names = knownClients()
    const hint = names.length > 0 ? `known are ${names.join(', ')}` : 'run pnpm start first'
    throw new TokenError(`no secret known for the client "${clientId}": ${hint}, or pass --secret`)
  }
  const tokens = createTokenSource({ gateway: gatewayUrl(gateway), clientId, clientSecret: known })
  return createAdminClient({ admin: url, tokens, clientId })
}
