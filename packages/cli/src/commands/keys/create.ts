import { Command } from 'commander'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'
import { duration } from '../duration.ts'
import { type NewKey, showNewKey } from './key.ts'

interface Options extends AdminOptions {
  readonly scope: string[]
  readonly name: string
  readonly expires?: number | string
  readonly sub?: string
  readonly json?: boolean
}

/** `stockgate keys create CLIENT`: prints the key, and nothing else on stdout. */
export function createCommand(): Command {
  const command = new Command('create')
    .description('make a key that speaks for a client; it is shown once')
    .argument('<client>', 'client the key speaks for; its limits are the limits of the key')
    .requiredOption('--scope <scope...>', 'what the key may do; several after one another, or a comma list')
    .requiredOption('--name <name>', 'what the key is for, for whoever reads the list')
    .option('--expires <time>', 'when it ends, such as 90d or 12h (default: never)', duration)
    .option('--sub <subject>', 'user or service behind the key (default: the client)')
    .option('--json', 'everything about the key as JSON')
    .addHelpText(
      'after',
      `
Examples:
  pnpm -s stockgate keys create demo --scope products:read orders:read --name "stock report" --expires 90d
  KEY=$(pnpm -s stockgate keys create demo --scope products:read --name "night job")
  curl -H "X-API-Key: $KEY" http://127.0.0.1:8080/products`,
    )
    .action(async (client: string, options: Options) => {
      const { scope, name, expires, sub, json } = options
      const scopes = [...new Set(scope.flatMap((text) => text.split(/[ ,]+/)).filter((text) => text !== ''))]
      const { body } = await openAdmin(options).send<NewKey>({
        method: 'POST',
        path: '/keys',
        holds: ['key'],
        body: {
          client,
          scopes,
          name,
          ...(expires !== undefined && { expires_in: expires }),
          ...(sub && { sub }),
        },
      })
      showNewKey(body, { json: json === true })
    })
  return withAdminOptions(command)
}
