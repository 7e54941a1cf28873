import { isDeepStrictEqual } from 'node:util'
import { type LimitsPolicy, validateLimits } from '@stockgate/policy-schema'
import type { Logger } from 'pino'
import type { Fleet } from '../fleet/index.ts'
import { Conflict, type Journal } from '../journal/index.ts'
import { followJournal } from './follow-journal.ts'
import { JournaledRevisions } from './journaled-revisions.ts'
import { type PolicyFiles, readPolicy } from './load.ts'
import { PolicyError } from './policy-error.ts'
import type { RevisionEntry } from './revision.ts'
import type { PolicyRevisions } from './revisions.ts'
import { createPolicyStore, type PolicyStore } from './store.ts'

/** Who makes the first revision. */
const BEGINNER = 'gateway'

export interface OpenPolicyOptions {
  readonly limitsPath: string
  readonly manifestPaths: readonly string[]
  /** The `policy` journal; closed by its owner, after the policy. */
  readonly journal: Journal<RevisionEntry>
  readonly fleet: Fleet
  readonly log: Logger
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

export interface OpenPolicy {
  readonly policy: PolicyStore
  readonly revisions: PolicyRevisions
}

/** Whether an entry is the first one of a gateway that knew of no other. */
export function isBeginning({ kind, author }: RevisionEntry): boolean {
  return kind === 'initial' && author === BEGINNER
}

/**
 * Opens the policy: limits by the newest revision of the journal, or by limits.json where there is none yet, and the
 * manifests that go with them. Rejects with a PolicyError that names every problem when there is nothing to serve.
 */
export async function openPolicy(options: OpenPolicyOptions): Promise<OpenPolicy> {
  const { limitsPath, journal, fleet, log, clock } = options
  const files = await readPolicy(options)
  refuseForged(journal)
  if (journal.entries().length === 0) await begin(files, options)
  compare(files, options)
  const { limits, number } = newestUsable(options)
  const snapshot = files.assemble(limits, number)
  for (const { file, problems } of snapshot.refused) log.warn({ file, problems }, 'a manifest is left out')
  log.info({ revision: number, hash: snapshot.revision, limits: limitsPath }, 'limits are in force')
  const policy = createPolicyStore(snapshot, () => journal.synced())
  const following = followJournal({ journal, policy, fleet, log })
  return { policy, revisions: new JournaledRevisions({ journal, policy, fleet, clock, following }) }
}

/**
 * Whoever may write to the state folder can forge a line with its digest. An entry that is no revision is in the way of
 * every later one, so it is not left out: nothing starts until somebody has looked.
 */
function refuseForged(journal: Journal<RevisionEntry>): void {
  const found = journal.entries().find(({ entry }) => !isRevision(entry))
  if (found === undefined) return
  const message = `line ${found.number} of policy.jsonl is no revision: restore the file from a copy, or move it away to begin anew`
  throw new PolicyError([
    { file: 'the history of the limits', problems: [{ pointer: '', rule: 'no-revision', message }] },
  ])
}

function isRevision(entry: unknown): boolean {
  const { kind, author, at, reason, document } = (entry ?? {}) as Partial<RevisionEntry>
  const texts = [kind, author, at, reason].every((text) => typeof text === 'string')
  return texts && typeof document === 'object' && document !== null
}

/** Makes the first revision of limits.json, if it can be served at all. */
async function begin(files: PolicyFiles, { limitsPath, journal, clock }: OpenPolicyOptions): Promise<void> {
  files.assemble(files.limits(), 1)
  const entry: RevisionEntry = {
    kind: 'initial',
    author: BEGINNER,
    at: new Date(clock()).toISOString(),
    reason: `read from ${limitsPath}`,
    document: files.document as object,
  }
  try {
    await journal.append(entry, 0)
  } catch (error) {
    // Another gateway that starts at the same time was first.
    if (!(error instanceof Conflict)) throw error
  }
}

/** A limits.json that was edited has no effect any more, which whoever edited it should hear. */
function compare({ document }: PolicyFiles, { limitsPath, journal, log }: OpenPolicyOptions): void {
  const [file, kept] = [validateLimits(document), validateLimits(journal.entries().at(-1)?.entry.document)]
  if (file.ok && kept.ok && isDeepStrictEqual(file.limits, kept.limits)) return
  log.info(
    { limits: limitsPath, revision: journal.entries().length },
    'limits.json is not what is in force: its changes need `stockgate limits apply`',
  )
}

function newestUsable({ journal, log }: OpenPolicyOptions): { limits: LimitsPolicy; number: number } {
  const entries = journal.entries()
  for (const { number, entry } of entries.toReversed()) {
    const verdict = validateLimits(entry.document)
    if (verdict.ok) return { limits: verdict.limits, number }
    const { problems } = verdict
    log.error({ revision: number, author: entry.author, problems }, 'a revision of the limits cannot be used')
  }
  const message = 'holds no revision that this version can use: move it away to begin anew with limits.json'
  throw new PolicyError([
    { file: 'the history of the limits', problems: [{ pointer: '', rule: 'no-revision', message }] },
  ])
}
