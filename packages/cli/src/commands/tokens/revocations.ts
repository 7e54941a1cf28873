import { Command } from 'commander'
import { table } from '../../retail/show/table.ts'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'
import { moment } from '../keys/key.ts'
import type { Revocation } from './revocation.ts'

interface Options extends AdminOptions {
  readonly json?: boolean
}

const HEAD = ['ID', 'BY', 'NAME', 'ISSUER', 'ISSUED UNTIL', 'KEPT UNTIL', 'WHO', 'REASON']

/** `stockgate tokens revocations`: what is revoked and has not run out. */
export function revocationsCommand(): Command {
  const command = new Command('revocations')
    .description('show what is revoked, the oldest first')
    .option('--json', 'everything known of them as JSON')
    .addHelpText(
      'after',
      `
BY token: NAME is the SHA-256 of the token, base64url. What has run out is left out.

Examples:
  pnpm stockgate tokens revocations
  pnpm -s stockgate tokens revocations --json`,
    )
    .action(async (options: Options) => {
      const { body } = await openAdmin(options).send<{ items: Revocation[] }>({
        method: 'GET',
        path: '/revocations',
        holds: ['items'],
      })
      process.stdout.write(options.json ? `${JSON.stringify(body, null, 2)}\n` : textOf(body.items))
    })
  return withAdminOptions(command)
}

function textOf(revocations: readonly Revocation[]): string {
  if (revocations.length === 0) return 'nothing is revoked\n'
  return table([HEAD, ...revocations.map(rowOf)], [])
}

function rowOf({ id, by, name, issuer, issued_until, expires_at, revoked_by, reason }: Revocation): string[] {
  return [id, by, name, issuer ?? 'any', moment(issued_until), moment(expires_at), revoked_by, reason]
}
