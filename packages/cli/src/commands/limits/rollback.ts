import { Command } from 'commander'
import { type ChangeOptions, waitQuery, withChangeOptions } from '../../limits/change-options.ts'
import { type Changed, showChanged } from '../../limits/shown.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'
import { wholeNumber } from '../option-values.ts'

/** `stockgate limits rollback REVISION`: an earlier document again. */
export function rollbackCommand(): Command {
  const command = new Command('rollback')
    .description('put the limits of an earlier revision in force again')
    .argument('<revision>', 'its number, as limits history shows it', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .addHelpText(
      'after',
      `
Example:
  pnpm stockgate limits rollback 3 --reason "the new burst hit the warehouse" --wait

Exit code: 0 rolled back, 1 not, 3 rolled back but not yet reported by every gateway (with --wait).`,
    )
    .action(async (revision: number, options: AdminOptions & ChangeOptions) => {
      const admin = openAdmin(options)
      const { body: now } = await admin.send<{ revision: number }>({
        method: 'GET',
        path: '/limits',
        holds: ['revision'],
      })
      const { body } = await admin.send<Changed>({
        method: 'POST',
        path: `/limits/rollback${waitQuery(options)}`,
        headers: { 'if-match': `"${now.revision}"` },
        body: { revision, reason: options.reason },
        holds: ['revision', 'changes'],
      })
      showChanged(body, options)
    })
  return withAdminOptions(withChangeOptions(command))
}
