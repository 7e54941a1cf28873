import { relative } from 'node:path'
import { ROOT } from './home.ts'
import { PROBE_CLIENT } from './secrets.ts'

/** One line for the person who started the stack. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** The last line of a stack that cannot go on. */
export function complain(reason: string): void {
  process.stderr.write(`stockgate: ${reason}\n`)
}

/**
 * The terminal may go away while everything still has to be ended: what is said then is lost, and that is all.
 */
export function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

/**
 * What to do now: two commands that work as they stand in another terminal, in the repository. Where this stack is
 * not the one commands find by themselves, they say which.
 */
export function tryLines(gateway: string, home: string | undefined): string[] {
  const where = home === undefined ? '' : `STOCKGATE_HOME=${quoted(home)} `
  const token = `$(${where}npx -y pnpm@12 --silent stockgate token ${PROBE_CLIENT})`
  return ['/products', '/users/42/orders'].map(
    (path) => `curl -H "Authorization: Bearer ${token}" ${gateway}${path}`,
  )
}

/** A path as short as it can be said from the repository. */
export function shortPath(path: string): string {
  const inside = relative(ROOT, path)
  return inside.startsWith('..') ? path : inside
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
