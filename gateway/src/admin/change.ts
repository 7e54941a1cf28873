import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import type { PolicyRevisions, Revision } from '../policy/index.ts'
import { ChangeOutput, changesBetween } from './differences.ts'
import { audit, audited } from './http/audit.ts'
import { allows, entityTag, readIfMatch, revisionRead } from './http/entity-tag.ts'
import type { PolicyParts } from './parts.ts'
import { changing, type Place, stale } from './policy-faults.ts'
import { SpreadOutput, spreadOf } from './spread.ts'

/** A revision is on every gateway within this time, or the gateways do not hear each other. */
const CATCH_UP_MS = 1_000
const ASK_EVERY_MS = 20

/** What came of a change. */
export const ChangedOutput = Type.Object({
  revision: Type.Integer(),
  changes: Type.Array(ChangeOutput),
  ...SpreadOutput.properties,
})

export type Changed = Static<typeof ChangedOutput>

/**
 * The revision a change builds on: the newest, if the caller's If-Match says that it was read. Otherwise the refusal
 * tells what was changed since the revision they did read.
 */
export async function expectedRevision(request: FastifyRequest, revisions: PolicyRevisions): Promise<number> {
  const ifMatch = readIfMatch(request.headers['if-match'])
  await catchUp(revisions, revisionRead(ifMatch))
  const { revision, after } = revisions.current()
  if (allows(ifMatch, revision)) return revision
  const read = revisionRead(ifMatch)
  const known = revisions.history().find((one) => one.revision === read)
  throw stale(revision, known === undefined ? [] : changesBetween(known.after, after))
}

/** Who read a revision on another gateway may come here before the revision does. */
async function catchUp(revisions: PolicyRevisions, read: number): Promise<void> {
  for (let waited = 0; waited < CATCH_UP_MS && read > revisions.current().revision; waited += ASK_EVERY_MS)
    await delay(ASK_EVERY_MS)
}

export interface Intent {
  /** How the log names it, such as `limits.apply`. */
  readonly action: string
  readonly target?: string
  /** Where in the body a faulty place of the document stands. */
  readonly place: Place
  /** Seconds to wait for all gateways. */
  readonly wait?: number | undefined
}

/** Makes a revision, logs who made it, and answers with what is different and where it is in force. */
export async function commit(
  { revisions, log }: PolicyParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { action, target, place, wait }: Intent,
  change: () => Promise<Revision>,
): Promise<Changed> {
  const earlier = revisions.current().revision
  const on = target === undefined ? {} : { target }
  const asked = { action, ...on, ...reasonOf(request) }
  const made = await audited(log, request, asked, () => changing(place, change))
  const { revision, author, reason, before, after } = made
  // A change that changes nothing makes no revision and is nobody's deed.
  const isNew = revision > earlier && author === request.operator
  if (isNew) audit(log, request, { action, revision, reason, ...on })
  reply.header('etag', entityTag(revision))
  return {
    revision,
    changes: isNew ? changesBetween(before, after) : [],
    ...(await spreadOf(revisions, revision, wait)),
  }
}

/** Every change of the limits says why. */
function reasonOf({ body }: FastifyRequest): { reason?: string } {
  const { reason } = body as { reason?: string }
  return reason === undefined ? {} : { reason }
}
