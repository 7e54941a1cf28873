/** A key as the admin listener shows it. */
export interface Key {
  readonly id: string
  readonly name: string
  readonly client: string
  readonly sub: string
  readonly scopes: readonly string[]
  readonly state: 'active' | 'overlap' | 'ended' | 'expired' | 'revoked'
  readonly created_at: string
  readonly created_by: string
  readonly expires_at: string | null
  readonly last_used_at: string | null
  readonly rotated_from: string | null
  readonly rotated_to: string | null
  readonly overlap_ends_at: string | null
  readonly revoked_at: string | null
  readonly revoked_by: string | null
}

export interface NewKey extends Key {
  readonly key: string
}

/** `2026-11-22 17:50 UTC`, or a dash. */
export function moment(time: string | null): string {
  return time === null ? '-' : `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}

/**
 * Shows a key that was just made: the key alone on stdout, so that a shell can catch it, and what to know about it on
 * stderr. As JSON everything is on stdout.
 */
export function showNewKey(made: NewKey, { json }: { readonly json?: boolean }, more: string[] = []): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(made, null, 2)}\n`)
    return
  }
  const until = made.expires_at === null ? 'until it is revoked' : `until ${moment(made.expires_at)}`
  const lines = [
    `Key ${made.id} (${made.name}) speaks for ${made.client} with ${made.scopes.join(' ')}, ${until}.`,
    ...more,
    'This is the key; it is shown this once:',
  ]
  process.stderr.write(`${lines.join('\n')}\n`)
  process.stdout.write(`${made.key}\n`)
}
