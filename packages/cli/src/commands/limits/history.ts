import { Command } from 'commander'
import { momentText } from '../../limits/moment-text.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'
import { wholeNumber } from '../option-values.ts'

interface Options extends AdminOptions {
  readonly limit: number
  readonly before?: number
  readonly json?: boolean
}

interface Revision {
  readonly revision: number
  readonly kind: string
  readonly author: string
  readonly at: string
  readonly reason: string
  readonly changes: readonly string[]
  readonly before?: object | null
  readonly after?: object
}

/** `stockgate limits history [REVISION]`: who changed what, when and why. */
export function historyCommand(): Command {
  const command = new Command('history')
    .description('show who changed the limits, when, why and how')
    .argument(
      '[revision]',
      'only this one, with every change; --json adds the documents before and after',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option('--limit <n>', 'how many, the newest first', wholeNumber(1, 100), 10)
    .option('--before <revision>', 'only earlier ones than this', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Nothing is ever taken out of the history; a rollback is one more revision.

Examples:
  pnpm stockgate limits history
  pnpm stockgate limits history 3`,
    )
    .action(async (revision: number | undefined, options: Options) => {
      const admin = openAdmin(options)
      if (revision !== undefined) {
        const { body } = await admin.send<Revision>({
          method: 'GET',
          path: `/limits/revisions/${revision}`,
          holds: ['revision', 'after'],
        })
        const text = `${textOf(body)}The documents before and after it: add --json.\n`
        process.stdout.write(options.json ? `${JSON.stringify(body, null, 2)}\n` : text)
        return
      }
      const { body } = await admin.send<{ items: Revision[]; next: number | null }>({
        method: 'GET',
        path: `/limits/revisions?limit=${options.limit}${options.before === undefined ? '' : `&before=${options.before}`}`,
        holds: ['items'],
      })
      const more = body.next === null ? '' : `Earlier ones: --before ${body.next}\n`
      process.stdout.write(
        options.json ? `${JSON.stringify(body, null, 2)}\n` : `${body.items.map(textOf).join('')}${more}`,
      )
    })
  return withAdminOptions(command)
}

function textOf({ revision, kind, author, at, reason, changes }: Revision): string {
  const told = changes.map((text) => `      - ${text}\n`).join('')
  return `${String(revision).padStart(4)}  ${momentText(at)}  ${kind.padEnd(9)}  ${author}: ${reason}\n${told}`
}
