import { Refusal } from '../../errors/refusal.ts'

/** The strong entity tag of a revision of the policy (RFC 9110 §8.8.3). */
export function entityTag(revision: number): string {
  return `"${revision}"`
}

/** What an If-Match allows: whatever is there, or one of these tags. */
export type IfMatch = '*' | readonly string[]

/** One tag with what stands before it. Empty elements of a list are taken, as RFC 9110 §5.6.1 asks of recipients. */
const ELEMENT = /[ \t,]*(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)/y
const NOTHING = /^[ \t,]*$/

/**
 * Reads an If-Match as RFC 9110 §13.1.1 writes it; weak tags are left out, since they match nothing there. Refuses
 * with 428 where it is absent and with 400 where it is none.
 */
export function readIfMatch(header: string | undefined): IfMatch {
  if (header === undefined) throw new Refusal('GW_NO_IF_MATCH')
  if (header.trim() === '*') return '*'
  const strong: string[] = []
  let from = 0
  const element = new RegExp(ELEMENT)
  for (let found = element.exec(header); found !== null; found = element.exec(header)) {
    from = element.lastIndex
    if (found[1] === undefined) strong.push(found[2] as string)
  }
  if (from > 0 && NOTHING.test(header.slice(from))) return strong
  throw new Refusal('GW_PARAMETER', {
    errors: [{ pointer: 'header:if-match', detail: 'must be * or a list of entity tags such as "7"' }],
  })
}

/** Whether a change of this revision is what the caller means. */
export function allows(ifMatch: IfMatch, revision: number): boolean {
  return ifMatch === '*' || ifMatch.includes(entityTag(revision))
}

/** The latest revision the caller names, which is what they have read; 0 where they name none. */
export function revisionRead(ifMatch: IfMatch): number {
  if (ifMatch === '*') return 0
  const named = ifMatch.map((tag) => Number(/^"([1-9]\d{0,14})"$/.exec(tag)?.[1] ?? 0))
  return named.reduce((latest, revision) => Math.max(latest, revision), 0)
}
