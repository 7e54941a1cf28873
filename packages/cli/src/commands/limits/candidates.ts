import { Command } from 'commander'
import { table } from '../../retail/show/table.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'

interface Options extends AdminOptions {
  readonly json?: boolean
}

interface Candidate {
  readonly name: string
  readonly tier: string
  readonly percent: number
  readonly calls: number
  readonly would_refuse: number
  readonly refused_by: Readonly<Record<string, number>>
  readonly clients: readonly {
    readonly client: string
    readonly calls: number
    readonly would_refuse: number
    readonly live_refused: number
  }[]
}

const CLIENTS_SHOWN = 10

/** `stockgate limits candidates`: how each candidate would have fared on the traffic since it is there. */
export function candidatesCommand(): Command {
  const command = new Command('candidates')
    .description('show what each candidate would have refused, beside what was refused')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Candidates stand in limits.json under "candidates". They are scored on the same calls as the limits in force, by all
gateways, and refuse nothing before their rollout.

Example:
  pnpm stockgate limits candidates`,
    )
    .action(async (options: Options) => {
      const { body } = await openAdmin(options).send<{ items: Candidate[] }>({
        method: 'GET',
        path: '/limits/candidates',
        holds: ['items'],
      })
      process.stdout.write(options.json ? `${JSON.stringify(body, null, 2)}\n` : textOf(body.items))
    })
  return withAdminOptions(command)
}

function textOf(items: readonly Candidate[]): string {
  if (items.length === 0) return 'no candidates; add one to limits.json under "candidates"\n'
  return items.map(one).join('\n')
}

function one({
  name,
  tier,
  percent,
  calls,
  would_refuse: refused,
  refused_by: by,
  clients,
}: Candidate): string {
  const share = calls === 0 ? '' : ` (${((100 * refused) / calls).toFixed(1)} %)`
  const limits = Object.entries(by).map(([limit, count]) => `${limit} ${count}`)
  const head = `${name}, for tier ${tier}, rolled out to ${percent} %: would refuse ${refused} of ${calls} calls${share}`
  const rows = clients
    .slice(0, CLIENTS_SHOWN)
    .map((client) => [client.client, ...[client.calls, client.live_refused, client.would_refuse].map(String)])
  const shown = table([['CLIENT', 'CALLS', 'REFUSED LIVE', 'WOULD REFUSE'], ...rows], [1, 2, 3])
  return `${head}${limits.length > 0 ? `, by ${limits.join(', ')}` : ''}\n${rows.length > 0 ? shown : ''}`
}
