import { Command } from 'commander'
import { writeDraft } from '../../limits/draft.ts'
import { momentText } from '../../limits/moment-text.ts'
import { tiersText } from '../../limits/tiers-text.ts'
import { type WorstCase, worstCasesText } from '../../limits/worst-cases-text.ts'
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
  readonly worst_cases: readonly WorstCase[]
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
A saved draft remembers its revision ("$revision"): apply refuses it when somebody else has changed the limits
meanwhile. A file that is there already is replaced.

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
        process.stdout.write(`Revision ${body.revision} is saved to ${options.to}.\n`)
        return
      }
      process.stdout.write(options.json ? `${JSON.stringify(body, null, 2)}\n` : textOf(body))
    })
  return withAdminOptions(command)
}

function textOf({ revision, at, author, reason, document, worst_cases: worst }: Limits): string {
  return `Revision ${revision}, by ${author} at ${momentText(at)}: ${reason}

${tiersText(document)}
${worstCasesText(worst)}`
}
