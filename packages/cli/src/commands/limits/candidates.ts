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
  readonly guardrail: {
    readonly protect: readonly string[]
    readonly max_refused: number
    readonly min_calls: number
  } | null
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

function one(candidate: Candidate): string {
  const { name, tier, percent, guardrail, calls, would_refuse: refused, refused_by: by, clients } = candidate
  const share = calls === 0 ? '' : ` (${((100 * refused) / calls).toFixed(1)} %)`
  const limits = Object.entries(by).map(([limit, count]) => `${limit} ${count}`)
  const lines = [
    `${name}, for tier ${tier}, rolled out to ${percent} % of its clients\n`,
    `  would refuse ${refused} of ${calls} calls${share}${limits.length > 0 ? `, by ${limits.join(', ')}` : ''}\n`,
    guardrail === null ? '' : `  ${guardrailText(guardrail)}\n`,
  ]
  const rows = clients
    .slice(0, CLIENTS_SHOWN)
    .map((client) => [client.client, ...[client.calls, client.live_refused, client.would_refuse].map(String)])
  if (rows.length > 0)
    lines.push(`\n${table([['CLIENT', 'CALLS', 'REFUSED LIVE', 'WOULD REFUSE'], ...rows], [1, 2, 3])}`)
  if (clients.length > rows.length)
    lines.push(`  and ${clients.length - rows.length} more; --json has them all\n`)
  return lines.join('')
}

function guardrailText({
  protect,
  max_refused: most,
  min_calls: calls,
}: NonNullable<Candidate['guardrail']>) {
  const whom = protect.length === 0 ? 'its clients' : protect.join(', ')
  return `takes itself back when more than ${+(most * 100).toFixed(4)} % of at least ${calls} calls of ${whom} are refused`
}
