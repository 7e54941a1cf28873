import { Command } from 'commander'
import { createCommand } from './create.ts'
import { listCommand } from './list.ts'
import { revokeCommand } from './revoke.ts'
import { rotateCommand } from './rotate.ts'

/** `stockgate keys …`: API keys of clients that cannot get tokens. */
export function keysCommand(): Command {
  const command = new Command('keys').description('make, rotate, revoke and list API keys').addHelpText(
    'after',
    `
Examples:
  pnpm -s stockgate keys create demo --scope products:read --name "stock report" --expires 90d
  pnpm stockgate keys list
  pnpm -s stockgate keys rotate ID --overlap 1d     the old key is good for another day
  pnpm stockgate keys revoke ID                     ends a key on every gateway within a second

A caller sends its key as  X-API-Key: sgk_…  instead of a bearer token. ID is the part between the underscores of
the key; it is no secret. A key itself is shown once, when it is made, and kept nowhere.`,
  )
  for (const one of [createCommand, rotateCommand, revokeCommand, listCommand]) command.addCommand(one())
  return command
}
