import { Command } from 'commander'
import { simulateCommand } from './simulate.ts'

/** Every subcommand, in the order the help shows them. One file each beside this one. */
const subcommands = [simulateCommand]

/** `stockgate limits …`: what operators do with rate limits. */
export function limitsCommand(): Command {
  const limits = new Command('limits').description('look at rate limits, try changes and make them')
  for (const subcommand of subcommands) limits.addCommand(subcommand())
  return limits
}
