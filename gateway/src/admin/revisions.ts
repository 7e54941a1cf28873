import { setImmediate as breathe } from 'node:timers/promises'
import Type, { type Static } from 'typebox'
import { Refusal } from '../errors/refusal.ts'
import type { Revision } from '../policy/index.ts'
import { ChangedOutput, commit, expectedRevision } from './change.ts'
import { changesBetween, inWords } from './differences.ts'
import { entityTag } from './http/entity-tag.ts'
import type { AdminApp } from './http/listener.ts'
import {
  closed,
  IfMatchHeader,
  LimitsJson,
  problemResponses,
  Reason,
  Timestamp,
  WaitQuery,
} from './http/schemas.ts'
import type { PolicyParts } from './parts.ts'

const USUAL_LIMIT = 20

const RevisionNumber = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

const RevisionOutput = Type.Object({
  revision: Type.Integer(),
  kind: Type.String({ description: 'initial, apply, rollback, override, rollout or guardrail.' }),
  author: Type.String(),
  at: Timestamp,
  reason: Type.String(),
  changes: Type.Array(Type.String(), { description: 'What it changed, in words.' }),
})

type RevisionSummary = Static<typeof RevisionOutput>

/** The history of the limits, which only grows. */
export function revisionRoutes(app: AdminApp, parts: PolicyParts): void {
  const { revisions } = parts

  app.get(
    '/limits/revisions',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'listRevisions',
        tags: ['history'],
        summary: 'List revisions, the newest first',
        querystring: closed({
          limit: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 100, description: `Most items; ${USUAL_LIMIT} if absent.` }),
          ),
          before: Type.Optional(
            Type.Integer({ minimum: 1, description: 'Only revisions below this one: the `next` of a page.' }),
          ),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(RevisionOutput),
            next: Type.Union([Type.Integer(), Type.Null()], { description: 'Null on the last page.' }),
          }),
        },
      },
    },
    async (request) => {
      const { limit = USUAL_LIMIT, before = Number.POSITIVE_INFINITY } = request.query
      const earlier = revisions.history().filter(({ revision }) => revision < before)
      const page = earlier.slice(-limit).reverse()
      const items: RevisionSummary[] = []
      for (const one of page) {
        items.push(summaryOf(one, 20))
        // Comparing takes a while where documents are large, and requests of clients wait for the same thread.
        await breathe()
      }
      return { items, next: earlier.length > page.length ? (page.at(-1)?.revision ?? null) : null }
    },
  )

  app.get(
    '/limits/revisions/:revision',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'getRevision',
        tags: ['history'],
        summary: 'Read a revision with the documents before and after it',
        params: Type.Object({ revision: RevisionNumber }),
        response: {
          200: Type.Object({
            ...RevisionOutput.properties,
            before: Type.Union([LimitsJson, Type.Null()]),
            after: LimitsJson,
          }),
          ...problemResponses(404),
        },
      },
    },
    async (request, reply) => {
      const found = revisions.history().find(({ revision }) => revision === request.params.revision)
      if (found === undefined)
        throw new Refusal('GW_NO_ROUTE', { detail: `There is no revision ${request.params.revision}.` })
      reply.header('etag', entityTag(found.revision))
      return { ...summaryOf(found, Number.POSITIVE_INFINITY), before: found.before, after: found.after }
    },
  )

  app.post(
    '/limits/rollback',
    {
      config: { access: 'ops:write', action: 'limits.rollback' },
      schema: {
        operationId: 'rollBack',
        tags: ['history'],
        summary: 'Put the document of an earlier revision in force again',
        description: 'As a new revision: the history keeps what was in between.',
        headers: IfMatchHeader,
        querystring: WaitQuery,
        body: closed({ revision: RevisionNumber, reason: Reason }),
        response: { 200: ChangedOutput, ...problemResponses(412, 428, 503) },
      },
    },
    async (request, reply) => {
      const { revision: to, reason } = request.body
      const expected = await expectedRevision(request, revisions)
      // The document that breaks a rule of today is not in the body; the number that names it is.
      const intent = { place: () => '#/revision', wait: request.query.wait }
      return await commit(parts, request, reply, intent, () =>
        revisions.rollback({ to, author: request.operator, reason, expected }),
      )
    },
  )
}

function summaryOf(
  { revision, kind, author, at, reason, before, after }: Revision,
  most: number,
): RevisionSummary {
  const changes = inWords(changesBetween(before, after), most)
  return { revision, kind, author, at, reason, changes }
}
