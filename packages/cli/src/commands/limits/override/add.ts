import { writeMoment } from '@stockgate/policy-schema'
import { Command, InvalidArgumentError } from 'commander'
import { type ChangeOptions, waitQuery, withChangeOptions } from '../../../limits/change-options.ts'
import { type Changed, showChanged } from '../../../limits/shown.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../../admin-options.ts'
import { momentFromNow } from '../../option-values.ts'

interface Options extends AdminOptions, ChangeOptions {
  readonly tier?: string
  readonly limit?: Readonly<Record<string, object>>
  readonly from?: number
  readonly until: number
}

/** `stockgate limits override add CLIENT`: prints the id of the override first. */
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
concurrency=20 is a number of requests in flight.

Examples:
  pnpm stockgate limits override add demo --tier partner --until 2h --reason "stock take"
  pnpm stockgate limits override add demo --limit burst=300/1s --from 2026-12-24T06:00:00Z --until 2026-12-24T18:00:00Z \\
    --reason "ticket 4711"`,
    )
    .action(async (client: string, options: Options) => {
      const { tier, limit, from, until, reason } = options
      const { body } = await openAdmin(options).send<Changed & { id: string }>({
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
      })
      if (!options.json) process.stdout.write(`${body.id}\n`)
      showChanged(body, options)
    })
  return withAdminOptions(withChangeOptions(command))
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Gathers `--limit` options into limits as limits.json writes them. */
export function limits(
  text: string,
  earlier: Readonly<Record<string, object>> = {},
): Readonly<Record<string, object>> {
  const [, name, quota, period, count, unit] =
    /^([a-z][a-z0-9-]{0,31})=(\d{1,9})(?:\/(day|month)|\/(\d{1,7})([smhd]))?$/.exec(text) ?? []
  if (name === undefined)
    throw new InvalidArgumentError(
      'expected a limit such as burst=200/1s, daily=100000/day or concurrency=20.',
    )
  if (Object.hasOwn(earlier, name)) throw new InvalidArgumentError(`"${name}" is given twice.`)
  return { ...earlier, [name]: limitOf(Number(quota), period, count, unit) }
}

function limitOf(quota: number, period?: string, count?: string, unit?: string): object {
  if (period !== undefined) return { quota, period }
  if (count === undefined || unit === undefined) return { concurrent: quota }
  return { quota, window: Number(count) * (SECONDS[unit] ?? 1) }
}
