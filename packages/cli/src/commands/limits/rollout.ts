import { Command } from 'commander'
import { type ChangeOptions, waitQuery, withChangeOptions } from '../../limits/change-options.ts'
import { type Changed, showChanged } from '../../limits/shown.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'
import { wholeNumber } from '../option-values.ts'

interface Options extends AdminOptions, ChangeOptions {
  readonly percent: number
}

/** `stockgate limits rollout CANDIDATE --percent N`. */
export function rolloutCommand(): Command {
  const command = new Command('rollout')
    .description('put a candidate in force for a share of the clients of its tier')
    .argument('<candidate>', 'its name in limits.json')
    .requiredOption(
      '--percent <n>',
      'share of clients, chosen by the hash of their id; 0 takes it back',
      wholeNumber(0, 100),
    )
    .addHelpText(
      'after',
      `
A client that is in at 10 percent is in at 25. A candidate with a guardrail takes itself back when too many calls of
the clients it protects are refused; the history says so.

Example:
  pnpm stockgate limits rollout tighter --percent 10 --reason "first tenth"`,
    )
    .action(async (candidate: string, options: Options) => {
      const { body } = await openAdmin(options).send<Changed>({
        method: 'POST',
        path: `/limits/candidates/${encodeURIComponent(candidate)}/rollout${waitQuery(options)}`,
        body: { percent: options.percent, reason: options.reason },
        holds: ['revision', 'changes'],
      })
      showChanged(body, options)
    })
  return withAdminOptions(withChangeOptions(command))
}
