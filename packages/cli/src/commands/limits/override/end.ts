import { Command } from 'commander'
import { type ChangeOptions, waitQuery, withChangeOptions } from '../../../limits/change-options.ts'
import { type Changed, showChanged } from '../../../limits/shown.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../../admin-options.ts'

/** `stockgate limits override end ID`: before its time. */
export function endCommand(): Command {
  const command = new Command('end')
    .description('end an override now, or take back one that has not begun')
    .argument('<id>', 'its id, as limits override list shows it')
    .action(async (id: string, options: AdminOptions & ChangeOptions) => {
      const { body } = await openAdmin(options).send<Changed>({
        method: 'POST',
        path: `/limits/overrides/${encodeURIComponent(id)}/end${waitQuery(options)}`,
        body: { reason: options.reason },
        holds: ['revision', 'changes'],
      })
      showChanged(body, options)
    })
  return withAdminOptions(withChangeOptions(command))
}
