import { AdminRefused } from '../client/admin-error.ts'

/**
 * Tells the faults of a body in the options it was made of: `#/limits/burst` was `--limit`. `names` are those of
 * members that are called otherwise on the command line; other errors stay as they are.
 */
export function inOptions(error: unknown, names: Readonly<Record<string, string>> = {}): unknown {
  if (!(error instanceof AdminRefused) || error.places.length === 0) return error
  const lines = error.places.map(({ pointer, detail }) => {
    const [, member = '', ...inner] = pointer.split('/')
    if (member === '') return detail
    const place = [names[member] ?? `--${member}`, ...inner].join(' ')
    // A detail that begins with what it is about reads on by itself.
    return /^(?:is|must|belongs|has) /.test(detail) ? `${place} ${detail}` : `${place}: ${detail}`
  })
  return new Error(lines.join('\n'), { cause: error })
}
