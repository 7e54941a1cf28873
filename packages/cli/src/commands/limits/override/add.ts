import { writeMoment } from '@stockgate/policy-schema'
import { Command } from 'commander'
import { type ChangeOptions, waitQuery, withChangeOptions } from '../../../limits/change-options.ts'
import { inOptions } from '../../../limits/in-options.ts'
import { limits, type WrittenLimit } from '../../../limits/limit-option.ts'
import { type Changed, changedText, setExitCode, showChanged } from '../../../limits/shown.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../../admin-options.ts'
import { momentFromNow } from '../../option-values.ts'

interface Options extends AdminOptions, ChangeOptions {
  readonly tier?: string
  readonly limit?: Readonly<Record<string, WrittenLimit>>
  readonly from?: number
  readonly until: number
}

/** `stockgate limits override add CLIENT`: the id alone is on stdout, so that a shell can catch it. */
export function addCommand(): Command {
  const command = new Command('add')
    .description('put a client into another tier, or change single limits of it, for a while')
    .argument('<client>', 'client id')
    .option('--tier <tier>', 'tier the client is in meanwhile')
    .option('--limit <name=quota/window...>', 'limit instead of the tier’s, such as burst=200/1s', limits)
    .option('--from <time>', 'when it begins: a time, or how long from now (default: now)', momentFromNow)
    .requiredOption('--until <time>', 'when it ends: a time, or how long from now, such as 2h', momentFromNow)
    .addHelpText(
      'after',
      `
A limit is written name=quota/window: burst=200/1s, sustained=9000/60s, daily=100000/day, monthly=1000000/month;
concurrency=20 is a number of requests in flight. Limits that are not named stay those of the tier.

Prints the id of the override, and what it changes on standard error.

Examples:
  pnpm stockgate limits override add demo --tier partner --until 2h --reason "stock take"
  pnpm stockgate limits override add demo --limit burst=300/1s --from 2026-12-24T06:00:00Z --until 2026-12-24T18:00:00Z \\
    --reason "ticket 4711"

Exit code: 0 added, 1 not added, 3 added but not yet reported by every gateway (with --wait).`,
    )
    .action(async (client: string, options: Options) => {
      const { tier, limit, from, until, reason } = options
      const call = {
        method: 'POST',
        path: `/limits/overrides${waitQuery(options)}`,
        holds: ['id', 'revision'],
        body: {
          client,
          ...(tier !== undefined && { tier }),
          ...(limit !== undefined && { limits: limit }),
          ...(from !== undefined && { from: writeMoment(from) }),
          until: writeMoment(until),
          reason,
        },
      } as const
      const { body } = await openAdmin(options)
        .send<Changed & { id: string }>(call)
        .catch((error: unknown) => {
          throw inOptions(error, { limits: '--limit' })
        })
      if (options.json) return showChanged(body, options)
      process.stderr.write(changedText(body))
      process.stdout.write(`${body.id}\n`)
      setExitCode(body, options)
    })
  return withAdminOptions(withChangeOptions(command))
}
