import type { Logger } from 'pino'
import type { Fleet } from '../fleet/index.ts'
import type { Journal, Numbered } from '../journal/index.ts'
import { judgeDocument } from './judge-document.ts'
import type { Revision, RevisionEntry } from './revision.ts'
import { revisionList } from './revision-list.ts'
import { createSnapshot } from './snapshot.ts'
import type { PolicyStore } from './store.ts'
import { BULLETIN } from './wait-for-revision.ts'

export interface FollowOptions {
  readonly journal: Journal<RevisionEntry>
  readonly policy: PolicyStore
  readonly fleet: Fleet
  readonly log: Logger
}

export interface Following {
  /** Told of every later revision that comes into force here; those it skipped on the way are in the history. */
  subscribe(listener: (revision: Revision) => void): () => void
  /** How many revisions could not be put in force here. */
  refused(): number
  stop(): void
}

/**
 * Puts in force what the journal says, and tells the fleet. The routes stay as they are until a restart. A revision
 * that cannot be taken here, because of a rule or a route that only this gateway has, leaves the one before in force.
 */
export function followJournal({ journal, policy, fleet, log }: FollowOptions): Following {
  const listeners = new Set<(revision: Revision) => void>()
  const revisionsOf = revisionList()
  const faulty = new Set<RevisionEntry>()
  let taken = journal.entries()[policy.current().number - 1]
  let refused = 0
  const announce = () => fleet.publish(BULLETIN, { revision: policy.current().number })

  const take = (numbered: Numbered<RevisionEntry>): boolean => {
    const { number, entry } = numbered
    if (faulty.has(entry)) return false
    const { manifests, refused: leftOut } = policy.current()
    const verdict = judgeDocument(entry.document, manifests)
    const { kind, author, reason } = entry
    if (!verdict.ok) {
      faulty.add(entry)
      refused++
      const { problems } = verdict
      log.error({ revision: number, kind, author, problems }, 'a revision of the limits cannot be used here')
      return false
    }
    const next = createSnapshot(verdict.limits, manifests, { refused: leftOut, number })
    policy.swap(next)
    taken = numbered
    announce()
    log.info({ revision: number, hash: next.revision, kind, author, reason }, 'limits are in force')
    return true
  }

  const adopt = (): void => {
    const entries = journal.entries()
    for (let at = entries.length - 1; at >= 0; at--) {
      const numbered = entries[at] as Numbered<RevisionEntry>
      if (numbered === taken) return
      if (!take(numbered)) continue
      for (const listener of [...listeners]) listener(revisionsOf(entries)[at] as Revision)
      return
    }
  }

  announce()
  const unsubscribe = journal.subscribe(
    ({ number }) => {
      // The others are told in a moment; only the newest can be what holds.
      if (number === journal.entries().length) adopt()
    },
    { after: Math.max(0, journal.entries().length - 1) },
  )
  return {
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refused: () => refused,
    stop: unsubscribe,
  }
}
