import { Command } from 'commander'
import { applyCommand } from './apply.ts'
import { candidatesCommand } from './candidates.ts'
import { checkCommand } from './check.ts'
import { diffCommand } from './diff.ts'
import { explainCommand } from './explain.ts'
import { historyCommand } from './history.ts'
import { overrideCommand } from './override/index.ts'
import { rollbackCommand } from './rollback.ts'
import { rolloutCommand } from './rollout.ts'
import { showCommand } from './show.ts'
import { simulateCommand } from './simulate.ts'
import { topCommand } from './top.ts'

/** Every subcommand, in the order the help shows them. One file each beside this one. */
const subcommands = [
  showCommand,
  topCommand,
  explainCommand,
  checkCommand,
  diffCommand,
  simulateCommand,
  applyCommand,
  historyCommand,
  rollbackCommand,
  overrideCommand,
  candidatesCommand,
  rolloutCommand,
]

/** `stockgate limits …`: what operators do with rate limits. */
export function limitsCommand(): Command {
  const limits = new Command('limits')
    .description('look at rate limits, try changes and make them while traffic runs')
    .addHelpText(
      'after',
      `
A change, from looking to undoing:
  pnpm stockgate limits top                                        who is busy, and near a limit
  pnpm stockgate limits show --to draft.json                       the limits as a draft to edit
  pnpm stockgate limits check draft.json                           is it good?
  pnpm stockgate limits simulate draft.json --traffic access.log   whom would it have hit?
  pnpm stockgate limits diff draft.json                            what does it change?
  pnpm stockgate limits apply draft.json --reason "…" --wait       in force on every gateway
  pnpm stockgate limits explain --client demo GET /products        why is a call admitted or refused?
  pnpm stockgate limits history                                    who changed what and why
  pnpm stockgate limits rollback REVISION --reason "…"             as it was`,
    )
  for (const subcommand of subcommands) limits.addCommand(subcommand())
  return limits
}
