import type { Refusal, ValidLimits } from '@stockgate/policy-schema'
import type { Authorship, Revision, RevisionKind } from './revision.ts'

/** What every gateway that lives has reported about a revision. */
export interface Spread {
  /** Gateways on which it, or a later one, is in force. */
  readonly live: readonly { readonly gateway: string; readonly revision: number }[]
  /** Ids of gateways on which it is not in force yet. */
  readonly waitingFor: readonly string[]
}

/** What a document would be, were it applied. */
export type Verdict = ValidLimits | Refusal

/**
 * The limits and all they ever were. A change is validated first: one that cannot be put in force changes nothing
 * and rejects with a PolicyError. One that says what already holds makes no revision and resolves with the one there
 * is. `Unavailable` of the journal comes through where a change cannot be kept, such as while Redis is away.
 */
export interface PolicyRevisions {
  /** The newest revision. Where this gateway could not take it, `inForce` is a lower number. */
  current(): Revision
  /** All revisions, the oldest first. */
  history(): readonly Revision[]
  /** The number of the revision this gateway decides by. */
  inForce(): number
  /** How many revisions this gateway could not take since it started. */
  refused(): number
  /** Whether the last look at the shared history succeeded. */
  synced(): boolean
  /** Judges a document by all rules, the routes in force among them. */
  check(document: unknown): Verdict
  /** Puts another document in force. Rejects with a RevisionConflict when `expected` is not the newest revision. */
  apply(change: Authorship & { readonly document: unknown; readonly expected: number }): Promise<Revision>
  /** Puts the document of an earlier revision in force again, as a new revision. */
  rollback(change: Authorship & { readonly to: number; readonly expected: number }): Promise<Revision>
  /**
   * Changes a part of the document as it is now. `change` gets a copy it may alter and returns what shall hold; it
   * is called again when somebody else was first. What it throws comes through.
   */
  edit(
    // biome-ignore lint/suspicious/noExplicitAny: a document as it was written, known to be valid
    change: (document: any) => object,
    authorship: Authorship & { readonly kind: RevisionKind },
  ): Promise<Revision>
  /**
   * Told of every later revision that comes into force here; of several that arrive together, of the newest. Returns
   * how to stop it.
   */
  subscribe(listener: (revision: Revision) => void): () => void
  /** Resolves when every live gateway has the revision, or after `timeoutMs` with those it still waits for. */
  waitForRevision(revision: number, timeoutMs: number): Promise<Spread>
  close(): void
}
