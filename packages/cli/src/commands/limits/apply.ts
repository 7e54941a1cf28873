import { Command } from 'commander'
import { AdminRefused } from '../../client/admin-error.ts'
import { type ChangeOptions, waitQuery, withChangeOptions } from '../../limits/change-options.ts'
import { readDraft } from '../../limits/draft.ts'
import { bullets, type Change, type Changed, showChanged } from '../../limits/shown.ts'
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
was saved, nothing changes either, and what they changed is shown.

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
      } catch (error) {
        throw conflictOf(error, expected, file) ?? error
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

/** Tells the second of two editors what the first one did. */
function conflictOf(error: unknown, expected: number, file: string): Error | undefined {
  if (!(error instanceof AdminRefused) || error.status !== 412) return undefined
  const { current_revision: current, changes } = error.document
  const texts = (Array.isArray(changes) ? changes : []).map(
    (one): Change => (typeof one === 'string' ? { text: one } : one),
  )
  return new Error(
    `nothing was applied: the limits are at revision ${current} by now, and ${file} builds on ${expected}.\n` +
      `Changed meanwhile:\n${bullets(texts) || '  nothing that matters\n'}` +
      'Save the limits anew (limits show --to FILE), make your change again, or pass --expect to overwrite theirs.',
    { cause: error },
  )
}
