/** Parts of an answer that differ from run to run. Whatever is named here must still be the same in the same places. */
const NAMED: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['token', /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g],
  // TypeIDs: the prefix stays.
  ['id', /(?<=\b[a-z]{3}_)[0-9a-hjkmnp-tv-z]{26}\b/g],
  ['uuid', /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g],
  ['trace', /\b[0-9a-f]{32}\b/g],
]
const ANYTHING: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/^(date|etag|ratelimit):.*$/gim, '$1: <now>'],
  [/\r$/gm, ''],
]

/**
 * Gives a function that replaces the volatile parts of one text after another by names. The same id gets the same
 * name each time, so that two runs agree only if their ids recur in the same places.
 */
export function createNaming(): (text: string) => string {
  const names = new Map<string, string>()
  const counts = new Map<string, number>()
  const nameOf = (kind: string, found: string): string => {
    const known = names.get(found)
    if (known) return known
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    names.set(found, `<${kind} ${count}>`)
    return `<${kind} ${count}>`
  }
  return (text) => {
    let plain = text
    for (const [pattern, name] of ANYTHING) plain = plain.replace(pattern, name)
    for (const [kind, pattern] of NAMED) plain = plain.replace(pattern, (found) => nameOf(kind, found))
    return plain.trimEnd()
  }
}
