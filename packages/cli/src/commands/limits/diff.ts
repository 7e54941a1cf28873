import { Command } from 'commander'
import { calledIn, readDraft } from '../../limits/draft.ts'
import { inFile } from '../../limits/refused-change.ts'
import { bullets, type Change } from '../../limits/shown.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'

interface Options extends AdminOptions {
  readonly json?: boolean
}

/** `stockgate limits diff FILE`: who would be changed by a document, and how. */
export function diffCommand(): Command {
  const command = new Command('diff')
    .description('tell in words who a limits.json would change, from what to what')
    .argument('<file>', 'a limits.json, or - for standard input')
    .option('--json', 'print the changes as JSON')
    .addHelpText('after', '\nExample:\n  pnpm stockgate limits diff draft.json')
    .action(async (file: string, options: Options) => {
      const { document, revision: base } = readDraft(file)
      const call = {
        method: 'POST',
        path: '/limits/diff',
        body: { document },
        holds: ['revision', 'changes'],
      } as const
      const { body } = await openAdmin(options)
        .send<{ revision: number; changes: Change[] }>(call)
        .catch((error: unknown) => {
          throw inFile(error, calledIn(file), '')
        })
      const { revision, changes } = body
      if (options.json) process.stdout.write(`${JSON.stringify(body, null, 2)}\n`)
      else if (changes.length === 0)
        process.stdout.write(`${calledIn(file)} says what revision ${revision} says.\n`)
      else
        process.stdout.write(
          `Compared with revision ${revision}, ${calledIn(file)} changes:\n${bullets(changes)}`,
        )
      if (!options.json && base !== undefined && base < revision)
        process.stdout.write(
          `It was saved from revision ${base}: what others changed since would be undone, so apply will refuse it.\n`,
        )
    })
  return withAdminOptions(command)
}
