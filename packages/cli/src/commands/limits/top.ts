import { Command, Option } from 'commander'
import { table } from '../../retail/show/table.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'
import { wholeNumber } from '../option-values.ts'
import { watch } from '../watch.ts'

interface Options extends AdminOptions {
  readonly by: 'calls' | 'near' | 'refused'
  readonly limit: number
  readonly watch?: number | true
  readonly json?: boolean
}

interface Top {
  readonly clients: readonly {
    readonly client: string
    readonly tier: string
    readonly calls_per_second: number
    readonly refused: number
    readonly nearest: { readonly limit: string; readonly used: number } | null
  }[]
  readonly refused_by: readonly { readonly tier: string; readonly limit: string; readonly refused: number }[]
}

const USUAL_PAUSE_S = 2

/** `stockgate limits top`: who is busy, who is near a limit, what refuses. */
export function topCommand(): Command {
  const command = new Command('top')
    .description('show the busiest clients, how near they are to a limit, and what refuses')
    .addOption(
      new Option('--by <order>', 'what comes first').choices(['calls', 'near', 'refused']).default('calls'),
    )
    .option('--limit <n>', 'how many clients', wholeNumber(1, 100), 20)
    .option('--watch [seconds]', `again every ${USUAL_PAUSE_S} seconds, until Ctrl-C`, wholeNumber(1, 3_600))
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Numbers are of the last minute, over all live gateways.

Examples:
  pnpm stockgate limits top --by near
  pnpm stockgate limits top --watch`,
    )
    .action(async (options: Options) => {
      const admin = openAdmin(options)
      const look = async (): Promise<string> => {
        const { body } = await admin.send<Top>({
          method: 'GET',
          path: `/limits/top?by=${options.by}&limit=${options.limit}`,
          holds: ['clients'],
        })
        return options.json ? `${JSON.stringify(body, null, 2)}\n` : textOf(body)
      }
      if (options.watch === undefined) process.stdout.write(await look())
      else await watch(look, (options.watch === true ? USUAL_PAUSE_S : options.watch) * 1_000)
    })
  return withAdminOptions(command)
}

function textOf({ clients, refused_by: by }: Top): string {
  if (clients.length === 0) return 'no calls in the last minute\n'
  const rows = clients.map(({ client, tier, calls_per_second: rate, refused, nearest }) => [
    client,
    tier,
    rate.toFixed(rate < 10 ? 2 : 0),
    String(refused),
    nearest === null ? '-' : `${Math.round(nearest.used * 100)} % of ${nearest.limit}`,
  ])
  const refusals = by.map(({ tier, limit, refused }) => [`${tier} ${limit}`, String(refused)])
  const below = refusals.length > 0 ? `\n${table([['LIMIT', 'REFUSED'], ...refusals])}` : ''
  return `${table([['CLIENT', 'TIER', 'CALLS/S', 'REFUSED', 'NEAREST LIMIT'], ...rows], [2, 3])}${below}`
}
