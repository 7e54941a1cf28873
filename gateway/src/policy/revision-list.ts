import type { Numbered } from '../journal/index.ts'
import type { Revision, RevisionEntry } from './revision.ts'

type Entries = readonly Numbered<RevisionEntry>[]

/** Gives the revisions that the entries of a journal stand for; the same list as long as the entries are the same. */
export function revisionList(): (entries: Entries) => readonly Revision[] {
  let known: Entries = []
  let revisions: readonly Revision[] = []
  return (entries) => {
    if (entries === known) return revisions
    const kept = entries.findIndex((entry, at) => entry !== known[at])
    const from = kept === -1 ? entries.length : kept
    revisions = Object.freeze([
      ...revisions.slice(0, from),
      ...entries.slice(from).map((entry, at) => revisionOf(entry, entries[from + at - 1])),
    ])
    known = entries
    return revisions
  }
}

function revisionOf(
  { number, entry }: Numbered<RevisionEntry>,
  previous: Numbered<RevisionEntry> | undefined,
): Revision {
  const { kind, author, at, reason, document } = entry
  return Object.freeze({
    revision: number,
    kind,
    author,
    at,
    reason,
    before: previous?.entry.document ?? null,
    after: document,
  })
}
