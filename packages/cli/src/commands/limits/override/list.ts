import { Command } from 'commander'
import { asOptions, type WrittenLimit } from '../../../limits/limit-option.ts'
import { momentText } from '../../../limits/moment-text.ts'
import { table } from '../../../retail/show/table.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../../admin-options.ts'

interface Options extends AdminOptions {
  readonly all?: boolean
  readonly json?: boolean
}

interface Override {
  readonly id: string
  readonly state: string
  readonly client: string
  readonly tier?: string
  readonly limits?: Readonly<Record<string, WrittenLimit>>
  readonly from: string
  readonly until: string
  readonly reason: string
}

/** `stockgate limits override list`. */
export function listCommand(): Command {
  const command = new Command('list')
    .description('show overrides that hold or will hold')
    .option('--all', 'also those that ended in the last 30 days')
    .option('--json', 'print as JSON')
    .action(async (options: Options) => {
      const { body } = await openAdmin(options).send<{ items: Override[] }>({
        method: 'GET',
        path: `/limits/overrides${options.all ? '?all=true' : ''}`,
        holds: ['items'],
      })
      process.stdout.write(options.json ? `${JSON.stringify(body, null, 2)}\n` : textOf(body.items))
    })
  return withAdminOptions(command)
}

function textOf(items: readonly Override[]): string {
  if (items.length === 0) return 'no overrides; limits override add CLIENT makes one\n'
  const rows = items.map(({ id, state, client, tier, limits = {}, from, until, reason }) => [
    id,
    state,
    client,
    [tier && `tier ${tier}`, ...asOptions(limits)].filter(Boolean).join(' '),
    momentText(from),
    momentText(until),
    reason,
  ])
  return table([['ID', 'STATE', 'CLIENT', 'CHANGES', 'FROM', 'UNTIL', 'REASON'], ...rows], [])
}
