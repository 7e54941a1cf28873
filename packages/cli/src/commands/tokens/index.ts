import { Command } from 'commander'
import { revocationsCommand } from './revocations.ts'
import { revokeCommand } from './revoke.ts'

/** `stockgate tokens …`: access tokens that shall hold no longer. */
export function tokensCommand(): Command {
  const command = new Command('tokens')
    .description('revoke access tokens, and list what is revoked')
    .addHelpText(
      'after',
      `
Examples:
  pnpm stockgate tokens revoke --sub alice --reason "left the company"
  pnpm stockgate tokens revoke --token-file leaked.txt --reason "found in a log"
  pnpm stockgate tokens revocations

A token is good until it expires, whatever its issuer thinks of it by then. What is revoked here is refused by every
gateway within a second. API keys are another matter: see stockgate keys revoke.`,
    )
  for (const one of [revokeCommand, revocationsCommand]) command.addCommand(one())
  return command
}
