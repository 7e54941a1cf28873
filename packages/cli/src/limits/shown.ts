/** A change in words, as the admin listener tells it. */
export interface Change {
  readonly text: string
}

/** What came of a change. */
export interface Changed {
  readonly revision: number
  readonly changes: readonly Change[]
  readonly live: readonly { readonly gateway: string; readonly revision: number }[]
  readonly waiting_for: readonly string[]
}

/** One change a line, with a dash. */
export function bullets(changes: readonly Change[]): string {
  return changes.map(({ text }) => `  - ${text}\n`).join('')
}

/**
 * Tells what a change did and where it is in force. Sets exit code 3 where `wait` was asked for and some gateway has
 * not reported in time: the change is made, but not yet seen everywhere.
 */
export function showChanged(changed: Changed, { json, wait }: { json?: boolean; wait?: unknown }): void {
  if (json) process.stdout.write(`${JSON.stringify(changed, null, 2)}\n`)
  else process.stdout.write(changedText(changed))
  setExitCode(changed, { wait })
}

/** 3 where `wait` was asked for in vain. */
export function setExitCode({ waiting_for: waiting }: Changed, { wait }: { wait?: unknown }): void {
  if (wait !== undefined && waiting.length > 0) process.exitCode = 3
}

/** What a change did, and where it is in force. */
export function changedText({ revision, changes, live, waiting_for: waiting }: Changed): string {
  if (changes.length === 0) return `Nothing is different; revision ${revision} stays in force.\n`
  const all = live.length + waiting.length
  const where =
    waiting.length === 0
      ? `in force on ${all === 1 ? 'the gateway' : `all ${all} gateways`}`
      : `in force on ${live.length} of ${all} gateways, not yet heard of from ${waiting.join(', ')}`
  return `Revision ${revision} is ${where}:\n${bullets(changes)}`
}
