import { Command } from 'commander'
import { tokenCommand } from './commands/token.ts'

/** Every command, in the order the help shows them. One file each under commands/. */
const commands = [tokenCommand]

const program = new Command('stockgate')
  .description('Works with a Stockgate gateway from the command line.')
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    'after',
    `
Examples (pnpm start must run in another terminal):
  pnpm -s stockgate token demo        print an access token of the demo client
  pnpm stockgate help token           the options of one command

Settings:
  STOCKGATE_URL             gateway to talk to, instead of the one pnpm start runs
  STOCKGATE_CLIENT_SECRET   secret of the client, instead of the seeded development one
  STOCKGATE_HOME            state folder of pnpm start (default .stockgate)`,
  )
for (const command of commands) program.addCommand(command())

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`stockgate: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
