import { Command, InvalidArgumentError } from 'commander'
import { type Explained, explainedText } from '../../limits/explained-text.ts'
import { inOptions } from '../../limits/in-options.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'

interface Options extends AdminOptions {
  readonly client?: string
  readonly sub?: string
  readonly address?: string
  readonly claim?: Readonly<Record<string, string>>
  readonly scope?: string[]
  readonly request?: string
  readonly json?: boolean
}

/** `stockgate limits explain`: why a call is admitted or refused, without spending anything. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('tell which route, tier and limits a call meets, and how it fares; spends nothing')
    .argument('[method]', 'of an imagined call, such as GET')
    .argument('[path]', 'such as /products')
    .option('--request <id>', 'a real call instead: its X-Request-Id')
    .option('--client <id>', 'client that calls (default: nobody, as on a public route)')
    .option('--sub <subject>', 'user behind the client')
    .option('--address <address>', 'address it comes from')
    .option('--claim <name=value...>', 'claims of its token, such as tenant=acme', claims)
    .option('--scope <scope...>', 'scopes of its token')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
A call that is imagined is held against the counters as they are now. A real one is told as it was decided; each
gateway remembers its newest 10,000 until it stops.

Examples:
  pnpm stockgate limits explain GET /products --client demo
  pnpm stockgate limits explain --request 58ed6c772da5a42fb1d3d458758851b1`,
    )
    .action(async (method: string | undefined, path: string | undefined, options: Options) => {
      const { request, client, sub, address, claim, scope } = options
      if (request === undefined && (method === undefined || path === undefined))
        throw new Error('say which call: METHOD PATH, or --request ID of a real one')
      if (request !== undefined && method !== undefined)
        throw new Error('say one call: METHOD PATH, or --request ID of a real one, not both')
      const imagined = {
        method,
        path,
        ...(client !== undefined && { client }),
        ...(sub !== undefined && { sub }),
        ...(address !== undefined && { address }),
        ...(claim !== undefined && { claims: claim }),
        ...(scope !== undefined && { scopes: scope.flatMap((text) => text.split(/[ ,]+/)) }),
      }
      const call = {
        method: 'POST',
        path: '/limits/explain',
        body: request === undefined ? imagined : { request_id: request },
        holds: ['verdict', 'limits'],
      } as const
      const { body } = await openAdmin(options)
        .send<Explained>(call)
        .catch((error: unknown) => {
          throw inOptions(error, {
            method: 'METHOD',
            path: 'PATH',
            claims: '--claim',
            scopes: '--scope',
            request_id: '--request',
          })
        })
      process.stdout.write(options.json ? `${JSON.stringify(body, null, 2)}\n` : explainedText(body))
    })
  return withAdminOptions(command)
}

/** Gathers `--claim` options. */
function claims(
  text: string,
  earlier: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('expected a name and a value, such as tenant=acme.')
  return { ...earlier, [name]: value }
}
