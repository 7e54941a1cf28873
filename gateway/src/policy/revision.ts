import type { LimitsChange } from '@stockgate/policy-schema'

/** What brought a revision about. */
export type RevisionKind = 'initial' | 'apply' | 'rollback' | 'override' | 'rollout' | 'guardrail'

/** One state of the limits, from the moment it was decided until the next one. Nothing of it ever changes. */
export interface Revision {
  /** The first is 1. */
  readonly revision: number
  readonly kind: RevisionKind
  readonly author: string
  /** When it was decided, ISO 8601 in UTC. */
  readonly at: string
  readonly reason: string
  /** The document of the revision before, as it was written; null for the first. */
  readonly before: object | null
  /** The document that holds from here on, as it was written. */
  readonly after: object
}

/** A revision as the journal keeps it: `before` is what the entry before it says. */
export interface RevisionEntry {
  readonly kind: RevisionKind
  readonly author: string
  readonly at: string
  readonly reason: string
  readonly document: object
}

/** Who changes the limits, and why. */
export interface Authorship {
  readonly author: string
  readonly reason: string
}

/** The limits were changed by somebody else since the author looked at them. Nothing was changed now. */
export class RevisionConflict extends Error {
  /** The newest revision. */
  readonly current: number
  /** From the revision the author expected to the newest; empty where the one expected does not exist. */
  readonly changes: readonly LimitsChange[]

  constructor(current: number, changes: readonly LimitsChange[]) {
    super(`the limits are at revision ${current} by now`)
    this.name = 'RevisionConflict'
    this.current = current
    this.changes = changes
  }
}

/** There is no revision of this number. */
export class UnknownRevision extends Error {
  readonly revision: number

  constructor(revision: number) {
    super(`there is no revision ${revision}`)
    this.name = 'UnknownRevision'
    this.revision = revision
  }
}
