import { Command } from 'commander'
import { type ChangeOptions, waitQuery, withChangeOptions } from '../../limits/change-options.ts'
import { calledIn, readDraft, rebaseDraft } from '../../limits/draft.ts'
import { inFile, orConflict } from '../../limits/refused-change.ts'
import { type Changed, showChanged } from '../../limits/shown.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'
import { wholeNumber } from '../option-values.ts'

interface Options extends AdminOptions, ChangeOptions {
  readonly expect?: number
}

/** `stockgate limits apply FILE`: puts a document in force. */
export function applyCommand(): Command {
  const command = new Command('apply')
    .description('put a limits.json in force on every gateway')
    .argument('<file>', 'a limits.json, or - for standard input')
    .option(
      '--expect <revision>',
      'only if this revision is in force (default: the one the draft was saved from)',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .addHelpText(
      'after',
      `
A document that breaks a rule changes nothing and says why. If somebody else has changed the limits since the draft
was saved ("$revision" in the file), nothing changes either, and what they changed is shown. A document without
"$revision" replaces whatever is in force.

Examples:
  pnpm stockgate limits apply draft.json --reason "more room for the stock take"
  pnpm stockgate limits apply draft.json --reason "ticket 4711" --wait

Exit code: 0 applied, 1 not applied, 3 applied but not yet reported by every gateway (with --wait).`,
    )
    .action(async (file: string, options: Options) => {
      const { document, revision } = readDraft(file)
      const admin = openAdmin(options)
      const expected = options.expect ?? revision ?? (await newest(options))
      try {
        const { body } = await admin.send<Changed>({
          method: 'PUT',
          path: `/limits${waitQuery(options)}`,
          headers: { 'if-match': `"${expected}"` },
          body: { document, reason: options.reason },
          holds: ['revision', 'changes'],
        })
        showChanged(body, options)
        if (revision !== undefined && file !== '-' && rebaseDraft(file, body.revision) && !options.json)
          process.stdout.write(`${file} builds on revision ${body.revision} from now on.\n`)
      } catch (error) {
        const advice = (current: unknown) =>
          `Save the limits anew (limits show --to FILE) and make your change there; --expect ${current} overwrites theirs.`
        const conflict = await orConflict(error, { admin, expected, what: calledIn(file), advice })
        throw inFile(conflict, calledIn(file), '; nothing was changed')
      }
    })
  return withAdminOptions(withChangeOptions(command))
}

async function newest(options: Options): Promise<number> {
  const { body } = await openAdmin(options).send<{ revision: number }>({
    method: 'GET',
    path: '/limits',
    holds: ['revision'],
  })
  return body.revision
}
