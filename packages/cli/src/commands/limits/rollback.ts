import { Command } from 'commander'
import { AdminRefused } from '../../client/admin-error.ts'
import { type ChangeOptions, waitQuery, withChangeOptions } from '../../limits/change-options.ts'
import { orConflict } from '../../limits/refused-change.ts'
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
The whole document comes back as it was, overrides and rollouts included; the history keeps what was in between.

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
      const call = {
        method: 'POST',
        path: `/limits/rollback${waitQuery(options)}`,
        headers: { 'if-match': `"${now.revision}"` },
        body: { revision, reason: options.reason },
        holds: ['revision', 'changes'],
      } as const
      const { body } = await admin.send<Changed>(call).catch(async (error: unknown) => {
        if (isUnknown(error))
          throw new Error(`there is no revision ${revision}; limits history shows which there are`)
        const what = 'this rollback'
        throw await orConflict(error, {
          admin,
          expected: now.revision,
          what,
          advice: () => 'Look at it, and try again.',
        })
      })
      showChanged(body, options)
    })
  return withAdminOptions(withChangeOptions(command))
}

function isUnknown(error: unknown): boolean {
  return error instanceof AdminRefused && error.places.some(({ code }) => code === 'unknown-revision')
}
