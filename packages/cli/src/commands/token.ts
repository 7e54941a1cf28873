import { Command } from 'commander'
import { clientSecret, gatewayUrl, knownClients } from '../client/known-clients.ts'
import { createTokenSource, TokenError } from '../client/token-source.ts'

/** `stockgate token <client>`: prints one access token and nothing else, so that a shell can catch it. */
export function tokenCommand(): Command {
  return new Command('token')
    .description('print one access token of a client, and nothing else')
    .argument('<client>', 'client id: demo, warehouse, manager or ops after pnpm start')
    .option('--gateway <url>', 'gateway to ask (default: STOCKGATE_URL, else the one pnpm start runs)')
    .option('--secret <secret>', 'secret of the client (default: STOCKGATE_CLIENT_SECRET, else as seeded)')
    .addHelpText(
      'after',
      `
Examples:
  TOKEN=$(pnpm -s stockgate token demo)
  curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/products`,
    )
    .action(async (clientId: string, options: { gateway?: string; secret?: string }) => {
      const gateway = gatewayUrl(options.gateway)
      const secret = clientSecret(clientId, options.secret)
      if (secret === undefined) throw new TokenError(unknownClient(clientId))
      const source = createTokenSource({ gateway, clientId, clientSecret: secret })
      process.stdout.write(`${await source.token()}\n`)
    })
}

function unknownClient(clientId: string): string {
  const known = knownClients()
  const hint = known.length > 0 ? `known are ${known.join(', ')}` : 'run pnpm start first'
  return `no secret known for the client "${clientId}": ${hint}, or pass --secret`
}
