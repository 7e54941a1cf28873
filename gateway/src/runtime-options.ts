import { SettingError } from '@stockgate/settings'

/** Options of Node that would undo what this gateway promises, and why. */
const REFUSED: readonly (readonly [option: RegExp, because: string])[] = [
  [/^--insecure[-_]http[-_]parser(?:=|$)/, 'with it the HTTP parser takes malformed messages'],
  [/^--max[-_]http[-_]header[-_]size(?:=|$)/, 'HEADER_BYTES is the setting for that'],
  [/^--security[-_]revert(?:=|$)/, 'it brings a known hole of Node back'],
  [/^--tls[-_](?:min|max)[-_]v/, 'TLS 1.2 and 1.3 are spoken, and no other'],
]

/**
 * Refuses to start with options that loosen the HTTP parser or TLS for the whole process, wherever they come from.
 * Throws a SettingError that names the one to take away.
 */
export function checkRuntimeOptions(
  env: Readonly<Record<string, string | undefined>>,
  execArgv: readonly string[],
): void {
  for (const option of execArgv) refuse('node', option)
  for (const option of (env.NODE_OPTIONS ?? '').split(/[\s"']+/)) refuse('NODE_OPTIONS', option)
  // Node itself takes only this value for "do not verify".
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    throw new SettingError(
      'NODE_TLS_REJECT_UNAUTHORIZED',
      'must not be 0: services and issuers would not be verified; name their authority in UPSTREAM_CA or NODE_EXTRA_CA_CERTS',
    )
}

function refuse(where: string, option: string): void {
  for (const [pattern, because] of REFUSED)
    if (pattern.test(option)) throw new SettingError(where, `must not hold ${option}: ${because}`)
}
