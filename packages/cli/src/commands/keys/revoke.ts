import { Command } from 'commander'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'

interface Options extends AdminOptions {
  readonly json?: boolean
}

/** `stockgate keys revoke ID`: prints the id of every key that ended. */
export function revokeCommand(): Command {
  const command = new Command('revoke')
    .description('end a key, and any it took over from, on every gateway within a second')
    .argument('<id>', 'id of the key, as keys list shows it')
    .option('--json', 'the ids as JSON')
    .addHelpText(
      'after',
      `
It cannot be undone. A key that was rotated ends alone; the one that took over ends both.

Example:
  pnpm stockgate keys revoke 4fY0aB2cD3eF`,
    )
    .action(async (id: string, options: Options) => {
      const call = { method: 'DELETE', path: `/keys/${encodeURIComponent(id)}`, holds: ['revoked'] } as const
      const { body } = await openAdmin(options).send<{ revoked: string[] }>(call)
      const text = options.json
        ? JSON.stringify(body)
        : body.revoked.map((one) => `revoked ${one}`).join('\n')
      process.stdout.write(`${text}\n`)
    })
  return withAdminOptions(command)
}
