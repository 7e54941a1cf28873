import { Command } from 'commander'
import { table } from '../../retail/show/table.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'

interface Options extends AdminOptions {
  readonly client?: string
  readonly sub?: string
  readonly address?: string
  readonly claim?: Readonly<Record<string, string>>
  readonly scope?: string[]
  readonly request?: string
  readonly json?: boolean
}

interface Explained {
  readonly route: string | null
  readonly auth: readonly { readonly step: string; readonly outcome: string }[]
  readonly tier: string | null
  readonly rule: string | null
  readonly owner: string | null
  readonly limits: readonly {
    readonly name: string
    readonly id: string
    readonly quota: number
    readonly count: number
    readonly remaining: number
    readonly reset: number | null
    readonly verdict: string
  }[]
  readonly candidates: readonly {
    readonly candidate: string
    readonly allowed: boolean
    readonly violated: readonly string[]
  }[]
  readonly verdict: string
  readonly decided_by: string | null
  readonly revision: number
}

/** `stockgate limits explain`: why a call is admitted or refused, without spending anything. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('tell which route, tier and limits a call meets, and how it fares; spends nothing')
    .argument('[method]', 'of an imagined call, such as GET')
    .argument('[path]', 'such as /products')
    .option('--request <id>', 'a real call instead: its X-Request-Id')
    .option('--client <id>', 'client that calls (default: nobody, as on a public route)')
    .option('--sub <subject>', 'user behind the client')
    .option('--address <address>', 'address it comes from')
    .option('--claim <name=value...>', 'claims of its token, such as tenant=acme', claims)
    .option('--scope <scope...>', 'scopes of its token')
    .option('--json', 'print as JSON')
    .addHelpText(
      'after',
      `
Examples:
  pnpm stockgate limits explain GET /products --client demo
  pnpm stockgate limits explain --request 58ed6c772da5a42fb1d3d458758851b1`,
    )
    .action(async (method: string | undefined, path: string | undefined, options: Options) => {
      const { request, client, sub, address, claim, scope } = options
      if (request === undefined && (method === undefined || path === undefined))
        throw new Error('say which call: METHOD PATH, or --request ID of a real one')
      const imagined = {
        method,
        path,
        ...(client !== undefined && { client }),
        ...(sub !== undefined && { sub }),
        ...(address !== undefined && { address }),
        ...(claim !== undefined && { claims: claim }),
        ...(scope !== undefined && { scopes: scope.flatMap((text) => text.split(/[ ,]+/)) }),
      }
      const { body } = await openAdmin(options).send<Explained>({
        method: 'POST',
        path: '/limits/explain',
        body: request === undefined ? imagined : { request_id: request },
        holds: ['verdict', 'limits'],
      })
      process.stdout.write(options.json ? `${JSON.stringify(body, null, 2)}\n` : textOf(body))
    })
  return withAdminOptions(command)
}

function claims(
  text: string,
  earlier: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = text.indexOf('=')
  return { ...earlier, [at === -1 ? text : text.slice(0, at)]: at === -1 ? '' : text.slice(at + 1) }
}

function textOf(told: Explained): string {
  const steps = told.auth.map(({ step, outcome }) => ['', step, outcome])
  const rows = told.limits.map(({ name, quota, count, remaining, reset, verdict, id }) => [
    name,
    `${count} of ${quota}`,
    String(remaining),
    reset === null ? '-' : `${reset} s`,
    verdict,
    id,
  ])
  const candidates = told.candidates.map(
    ({ candidate, allowed, violated }) =>
      `  candidate ${candidate} would ${allowed ? 'admit' : `refuse (${violated.join(', ')})`} it\n`,
  )
  return [
    `${told.verdict}, by revision ${told.revision}${told.decided_by === null ? '' : `, decided by ${told.decided_by}`}\n`,
    `  route  ${told.route ?? 'none'}\n`,
    steps.length > 0 ? table(steps, []) : '',
    told.tier === null ? '' : `  tier   ${told.tier}: ${told.rule}\n`,
    rows.length > 0
      ? table([['LIMIT', 'USED', 'LEFT', 'RESET', 'VERDICT', 'COUNTER'], ...rows], [1, 2, 3])
      : '',
    ...candidates,
  ].join('')
}
