import { isDeepStrictEqual } from 'node:util'
import { diffLimits, type LimitsPolicy, validateLimits } from '@stockgate/policy-schema'
import type { Fleet } from '../fleet/index.ts'
import { Conflict, type Journal } from '../journal/index.ts'
import type { Following } from './follow-journal.ts'
import { judgeDocument } from './judge-document.ts'
import { PolicyError } from './policy-error.ts'
import {
  type Authorship,
  type Revision,
  RevisionConflict,
  type RevisionEntry,
  type RevisionKind,
  UnknownRevision,
} from './revision.ts'
import { revisionList } from './revision-list.ts'
import type { PolicyRevisions, Spread, Verdict } from './revisions.ts'
import type { PolicyStore } from './store.ts'
import { waitForRevision } from './wait-for-revision.ts'

/** Somebody else is first now and then; so often means that a program changes the limits without end. */
const EDIT_ATTEMPTS = 20

export interface JournaledRevisionsOptions {
  readonly journal: Journal<RevisionEntry>
  readonly policy: PolicyStore
  readonly fleet: Fleet
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly following: Following
}

/** The limits as the journal has them. */
export class JournaledRevisions implements PolicyRevisions {
  readonly #options: JournaledRevisionsOptions
  readonly #revisionsOf = revisionList()
  /** Edits of this gateway take turns: only other gateways can be first, and no rush uses up the attempts. */
  #editing: Promise<unknown> = Promise.resolve()

  constructor(options: JournaledRevisionsOptions) {
    this.#options = options
  }

  current(): Revision {
    return this.history().at(-1) as Revision
  }

  history(): readonly Revision[] {
    return this.#revisionsOf(this.#options.journal.entries())
  }

  inForce(): number {
    return this.#options.policy.current().number
  }

  refused(): number {
    return this.#options.following.refused()
  }

  synced(): boolean {
    return this.#options.journal.synced()
  }

  check(document: unknown): Verdict {
    return judgeDocument(document, this.#options.policy.current().manifests)
  }

  async apply({
    document,
    expected,
    ...authorship
  }: Authorship & { readonly document: unknown; readonly expected: number }): Promise<Revision> {
    return await this.#make('apply', document, expected, authorship)
  }

  async rollback({
    to,
    expected,
    ...authorship
  }: Authorship & { readonly to: number; readonly expected: number }): Promise<Revision> {
    const target = this.history()[to - 1]
    if (target === undefined) throw new UnknownRevision(to)
    return await this.#make('rollback', target.after, expected, authorship)
  }

  edit(
    // biome-ignore lint/suspicious/noExplicitAny: a document as it was written, known to be valid
    change: (document: any) => object,
    authorship: Authorship & { readonly kind: RevisionKind },
  ): Promise<Revision> {
    const made = this.#editing.then(() => this.#edit(change, authorship))
    this.#editing = made.catch(() => {})
    return made
  }

  async #edit(
    // biome-ignore lint/suspicious/noExplicitAny: as above
    change: (document: any) => object,
    { kind, ...authorship }: Authorship & { readonly kind: RevisionKind },
  ): Promise<Revision> {
    for (let attempt = 1; ; attempt++) {
      const { revision, after } = this.current()
      try {
        return await this.#make(kind, change(structuredClone(after)), revision, authorship)
      } catch (error) {
        if (!(error instanceof RevisionConflict) || attempt === EDIT_ATTEMPTS) throw error
      }
    }
  }

  subscribe(listener: (revision: Revision) => void): () => void {
    return this.#options.following.subscribe(listener)
  }

  async waitForRevision(revision: number, timeoutMs: number): Promise<Spread> {
    return await waitForRevision({
      fleet: this.#options.fleet,
      revision,
      timeoutMs,
      inForce: () => this.inForce(),
    })
  }

  close(): void {
    this.#options.following.stop()
  }

  async #make(
    kind: RevisionKind,
    given: unknown,
    expected: number,
    { author, reason }: Authorship,
  ): Promise<Revision> {
    const current = this.current()
    if (expected !== current.revision) throw this.#conflict(expected)
    // What is judged is what will be kept: a document without anything JSON does not know.
    const document: object = JSON.parse(JSON.stringify(given) ?? 'null')
    const verdict = this.check(document)
    if (!verdict.ok) throw new PolicyError([{ file: '', problems: verdict.problems }])
    if (isDeepStrictEqual(verdict.limits, limitsOf(current.after))) return current
    const at = new Date(this.#options.clock()).toISOString()
    try {
      const { number } = await this.#options.journal.append({ kind, author, at, reason, document }, expected)
      return this.history()[number - 1] as Revision
    } catch (error) {
      if (error instanceof Conflict) throw this.#conflict(expected)
      throw error
    }
  }

  #conflict(expected: number): RevisionConflict {
    const current = this.current()
    const before = this.history()[expected - 1]
    const [from, to] = [before && limitsOf(before.after), limitsOf(current.after)]
    return new RevisionConflict(current.revision, from && to ? diffLimits(from, to) : [])
  }
}

/** Undefined where a rule of today forbids what was once kept. */
function limitsOf(document: object): LimitsPolicy | undefined {
  const verdict = validateLimits(document)
  return verdict.ok ? verdict.limits : undefined
}
