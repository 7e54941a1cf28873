import { Command } from 'commander'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'
import { duration } from '../duration.ts'
import { moment, type NewKey, showNewKey } from './key.ts'

interface Options extends AdminOptions {
  readonly overlap: number | string
  readonly expires?: number | string
  readonly json?: boolean
}

/** `stockgate keys rotate ID`: prints the key that takes over, and nothing else on stdout. */
export function rotateCommand(): Command {
  const command = new Command('rotate')
    .description('make a key that takes over from another; both are good for a while')
    .argument('<id>', 'id of the key, as keys list shows it')
    .option('--overlap <time>', 'how long the old key stays good, up to 30d', duration, 86_400)
    .option(
      '--expires <time>',
      'when the new key ends (default: lives as long as the old one was given)',
      duration,
    )
    .option('--json', 'everything about the new key as JSON')
    .addHelpText(
      'after',
      `
The overlap is a day unless told otherwise; 0s ends the old key at once.

Examples:
  KEY=$(pnpm -s stockgate keys rotate 4fY0aB2cD3eF --overlap 1d)
  pnpm stockgate keys list     last used tells when nobody uses the old key any more`,
    )
    .action(async (id: string, options: Options) => {
      const { overlap, expires, json } = options
      const { body } = await openAdmin(options).send<NewKey>({
        method: 'POST',
        path: `/keys/${encodeURIComponent(id)}/rotation`,
        holds: ['key'],
        body: { overlap, ...(expires !== undefined && { expires_in: expires }) },
      })
      const seconds = typeof overlap === 'number' ? overlap : undefined
      const ends = seconds === undefined ? overlap : moment(endOf(body.created_at, seconds))
      const line = seconds === 0 ? `The old key ${id} has ended.` : `The old key ${id} is good until ${ends}.`
      showNewKey(body, { json: json === true }, [line])
    })
  return withAdminOptions(command)
}

function endOf(from: string, seconds: number): string {
  return new Date(Date.parse(from) + seconds * 1000).toISOString()
}
