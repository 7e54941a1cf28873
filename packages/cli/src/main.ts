import { Command } from 'commander'
import { importCommand } from './commands/import.ts'
import { keysCommand } from './commands/keys/index.ts'
import { limitsCommand } from './commands/limits/index.ts'
import { replayCommand } from './commands/replay.ts'
import { tokenCommand } from './commands/token.ts'
import { tokensCommand } from './commands/tokens/index.ts'

/** Every command, in the order the help shows them. One file each under commands/. */
const commands = [tokenCommand, importCommand, replayCommand, limitsCommand, keysCommand, tokensCommand]

const program = new Command('stockgate')
  .description('Works with a Stockgate gateway from the command line.')
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    'after',
    `
Examples (pnpm start must run in another terminal):
  pnpm -s stockgate token demo        print an access token of the demo client
  pnpm stockgate import FILE          create the products of an invoice file and their opening stock
  pnpm stockgate replay FILE          post its invoices as orders, and check that the books agree
  pnpm stockgate limits simulate DRAFT --traffic FILE
                                      what a draft of limits.json would have done to recorded traffic
  pnpm stockgate keys list            the API keys of all clients
  pnpm stockgate tokens revocations   access tokens that are refused although they are not expired
  pnpm stockgate help token           the options of one command

Settings:
  STOCKGATE_URL             gateway to talk to, instead of the one pnpm start runs
  STOCKGATE_ADMIN_URL       its admin listener, likewise
  STOCKGATE_CLIENT_SECRET   secret of the client, instead of the seeded development one
  STOCKGATE_CLERK_SECRET    secret of the clerk of replay, likewise
  STOCKGATE_HOME            state folder of pnpm start (default .stockgate)`,
  )
for (const command of commands) program.addCommand(command())

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`stockgate: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
