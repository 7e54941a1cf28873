import { Command } from 'commander'
import { table } from '../../retail/show/table.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'
import { type Key, moment } from './key.ts'

interface Options extends AdminOptions {
  readonly client?: string
  readonly all?: boolean
  readonly json?: boolean
}

const HEAD = ['ID', 'CLIENT', 'NAME', 'SCOPES', 'STATE', 'ENDS', 'LAST USED']

/** `stockgate keys list`: who has keys, until when, and when each was last used. */
export function listCommand(): Command {
  const command = new Command('list')
    .description('show the keys that are good, with their ends and last uses')
    .option('--client <client>', 'only the keys of this client')
    .option('--all', 'also those that ended, expired or were revoked')
    .option('--json', 'everything known of them as JSON')
    .addHelpText(
      'after',
      `
STATE overlap: another key took over, and this one is good for a while yet. LAST USED lags by some seconds.

Examples:
  pnpm stockgate keys list --client demo
  pnpm -s stockgate keys list --all --json`,
    )
    .action(async (options: Options) => {
      const query = new URLSearchParams()
      if (options.client !== undefined) query.set('client', options.client)
      if (options.all) query.set('all', 'true')
      const { body } = await openAdmin(options).send<{ items: Key[] }>({
        method: 'GET',
        path: `/keys?${query}`,
        holds: ['items'],
      })
      process.stdout.write(options.json ? `${JSON.stringify(body, null, 2)}\n` : textOf(body.items))
    })
  return withAdminOptions(command)
}

function textOf(keys: readonly Key[]): string {
  if (keys.length === 0)
    return 'no keys; make one with: pnpm stockgate keys create CLIENT --scope … --name …\n'
  return table([HEAD, ...keys.map(rowOf)], [])
}

function rowOf(key: Key): string[] {
  const { id, client, name, scopes, state } = key
  return [id, client, name, scopes.join(' '), state, moment(endOf(key)), moment(key.last_used_at)]
}

/** When it ended, or will. */
function endOf({ revoked_at, expires_at, overlap_ends_at }: Key): string | null {
  if (revoked_at !== null) return revoked_at
  return [expires_at, overlap_ends_at].filter((time) => time !== null).sort()[0] ?? null
}
