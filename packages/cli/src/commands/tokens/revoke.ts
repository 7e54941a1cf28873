import { Command, Option } from 'commander'
import { type AdminOptions, openAdmin, withAdminOptions } from '../admin-options.ts'
import { duration } from '../duration.ts'
import { moment } from '../keys/key.ts'
import { timeOption } from '../option-values.ts'
import type { Revocation } from './revocation.ts'
import { readTokenFile } from './token-file.ts'

interface Options extends AdminOptions {
  readonly jti?: string
  readonly sub?: string
  readonly client?: string
  readonly tokenFile?: string
  readonly issuer?: string
  readonly issuedUntil?: number
  readonly expiresIn?: number | string
  readonly reason: string
  readonly json?: boolean
}

/** Clocks may differ, and issuers may have a leeway of up to a minute. */
const SLACK_S = 120
const LONGEST_S = 366 * 86_400

/** `stockgate tokens revoke`: one token, or all that a user or a client was given so far. */
export function revokeCommand(): Command {
  const command = new Command('revoke')
    .description('refuse tokens that are not expired yet, on every gateway within a second')
    .addOption(
      new Option('--jti <id>', 'the one token of this jti').conflicts(['sub', 'client', 'tokenFile']),
    )
    .addOption(
      new Option(
        '--token-file <file>',
        'the one token in this file, - for stdin; it stays here, its hash is sent',
      ).conflicts(['sub', 'client', 'issuer', 'issuedUntil']),
    )
    .addOption(new Option('--sub <subject>', 'all tokens of this user or service').conflicts(['client']))
    .option('--client <client>', 'all tokens of this client')
    .option('--issuer <issuer>', 'only tokens of this issuer (default: of any)')
    .option(
      '--issued-until <time>',
      'with --sub or --client: only tokens issued until then (default: now)',
      timeOption,
    )
    .option(
      '--expires-in <time>',
      'how long it is kept; longer than the tokens live (default: 30d, or as long as the token)',
      duration,
    )
    .requiredOption('--reason <text>', 'why, for whoever reads the list')
    .option('--json', 'the revocation as JSON')
    .addHelpText(
      'after',
      `
It cannot be undone. With --sub or --client whoever signs in again gets tokens that are good.

Examples:
  pnpm stockgate tokens revoke --sub alice --reason "left the company"
  pnpm stockgate tokens revoke --client demo --issuer https://issuer.example --reason "secret leaked"
  pnpm stockgate tokens revoke --token-file leaked.txt --reason "found in a log"`,
    )
    .action(async (options: Options) => {
      const body = bodyOf(options)
      const { body: made } = await openAdmin(options).send<Revocation>({
        method: 'POST',
        path: '/revocations',
        holds: ['id'],
        body,
      })
      process.stdout.write(options.json ? `${JSON.stringify(made, null, 2)}\n` : `${sentence(made)}\n`)
    })
  return withAdminOptions(command)
}

function bodyOf({ jti, sub, client, tokenFile, issuer, issuedUntil, expiresIn, reason }: Options): object {
  if ([jti, sub, client, tokenFile].every((one) => one === undefined))
    throw new Error('say which tokens: --jti, --token-file, --sub or --client')
  const told = {
    reason,
    ...(issuer !== undefined && { issuer }),
    ...(issuedUntil !== undefined && { issued_until: new Date(issuedUntil).toISOString() }),
    ...(expiresIn !== undefined && { expires_in: expiresIn }),
  }
  if (tokenFile === undefined)
    return {
      ...told,
      ...(jti !== undefined && { jti }),
      ...(sub !== undefined && { sub }),
      ...(client !== undefined && { client }),
    }
  const { hash, endsIn } = readTokenFile(tokenFile)
  if (endsIn === undefined || endsIn + SLACK_S > LONGEST_S) return { token_hash: hash, ...told }
  return { token_hash: hash, expires_in: Math.max(endsIn, 0) + SLACK_S, ...told }
}

function sentence({ id, by, name, issuer, issued_until, expires_at }: Revocation): string {
  const of = issuer === null ? '' : ` of ${issuer}`
  const which =
    by === 'jti' || by === 'token'
      ? `the token with the ${by === 'jti' ? 'jti' : 'hash'} ${name}`
      : `the tokens of ${by} ${name} issued until ${moment(issued_until)}`
  return `revoked ${which}${of}; kept until ${moment(expires_at)} as ${id}`
}
