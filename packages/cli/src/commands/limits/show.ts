import { Command } from 'commander'
import { writeDraft } from '../../limits/draft.ts'
import { tiersText } from '../../limits/tiers-text.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'

interface Options extends AdminOptions {
  readonly to?: string
  readonly json?: boolean
}

interface Limits {
  readonly revision: number
  readonly at: string
  readonly author: string
  readonly reason: string
  readonly document: object
  readonly worst_cases: readonly { tier: string; text: string }[]
}

/** `stockgate limits show`: what is in force. */
export function showCommand(): Command {
  const command = new Command('show')
    .description('show the limits in force, or save them as a draft to edit')
    .option('--to <file>', 'save the document there, with the revision it was read from')
    .option('--json', 'everything as JSON')
    .addHelpText(
      'after',
      `
A saved draft remembers its revision: apply then refuses it when somebody else has changed the limits meanwhile.

Examples:
  pnpm stockgate limits show
  pnpm stockgate limits show --to draft.json`,
    )
    .action(async (options: Options) => {
      const { body } = await openAdmin(options).send<Limits>({
        method: 'GET',
        path: '/limits',
        holds: ['revision', 'document'],
      })
      if (options.to !== undefined) {
        writeDraft(options.to, body)
        process.stdout.write(`revision ${body.revision} saved to ${options.to}\n`)
        return
      }
      process.stdout.write(options.json ? `${JSON.stringify(body, null, 2)}\n` : textOf(body))
    })
  return withAdminOptions(command)
}

function textOf({ revision, at, author, reason, document, worst_cases: worst }: Limits): string {
  const stated = worst.map(({ tier, text }) => `  ${tier}: ${text}\n`).join('')
  return `Revision ${revision}, by ${author} at ${at}: ${reason}

${tiersText(document)}
While Redis is away:
${stated}`
}
