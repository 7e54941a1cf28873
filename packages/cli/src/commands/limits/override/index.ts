import { Command } from 'commander'
import { addCommand } from './add.ts'
import { endCommand } from './end.ts'
import { listCommand } from './list.ts'

/** `stockgate limits override …`: other limits for one client for a while. */
export function overrideCommand(): Command {
  const command = new Command('override').description('give one client other limits for a while').addHelpText(
    'after',
    `
An override ends by each gateway's own clock, whatever else is down by then.

Examples:
  pnpm stockgate limits override add demo --tier partner --until 2h --reason "stock take"
  pnpm stockgate limits override list
  pnpm stockgate limits override end ID --reason "done early"`,
  )
  for (const one of [addCommand, listCommand, endCommand]) command.addCommand(one())
  return command
}
