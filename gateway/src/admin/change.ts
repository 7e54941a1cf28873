import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import type { PolicyRevisions, Revision } from '../policy/index.ts'
import { ChangeOutput, changesBetween } from './differences.ts'
import { done, intend } from './http/audit.ts'
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
  /** What it is done to, where the path does not say so. */
  readonly target?: string
  /** Where in the body a faulty place of the document stands. */
  readonly place: Place
  /** Seconds to wait for all gateways. */
  readonly wait?: number | undefined
}

/** Makes a revision, logs who made it, and answers with what is different and where it is in force. */
export async function commit(
  { revisions }: PolicyParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { target, place, wait }: Intent,
  change: () => Promise<Revision>,
): Promise<Changed> {
  const earlier = revisions.current().revision
  if (target !== undefined) intend(request, { target })
  const made = await changing(place, change)
  const { revision, author, before, after } = made
  // A change that changes nothing makes no revision.
  const isNew = revision > earlier && author === request.operator
  if (isNew) done(request, reply, { ...request.attempt?.deed, revision })
  reply.header('etag', entityTag(revision))
  return {
    revision,
    changes: isNew ? changesBetween(before, after) : [],
    ...(await spreadOf(revisions, revision, wait)),
  }
}
