import Type from 'typebox'
import { ChangedOutput, commit, expectedRevision } from './change.ts'
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
import { inDocument } from './policy-faults.ts'
import { WorstCaseOutput, worstCasesOf } from './worst-cases.ts'

const LimitsOutput = Type.Object({
  revision: Type.Integer(),
  at: Timestamp,
  author: Type.String(),
  reason: Type.String(),
  document: LimitsJson,
  worst_cases: Type.Array(WorstCaseOutput),
})

/** The limits as one document that is read, changed and put back. */
export function limitsRoutes(app: AdminApp, parts: PolicyParts): void {
  const { revisions, fleet } = parts

  app.get(
    '/limits',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'getLimits',
        tags: ['limits'],
        summary: 'Read the limits',
        description: 'A change sends the ETag back in If-Match.',
        response: { 200: LimitsOutput },
      },
    },
    async (_request, reply) => {
      const { revision, at, author, reason, after } = revisions.current()
      reply.header('etag', entityTag(revision))
      const worstCases = worstCasesOf(after, fleet.size())
      return { revision, at, author, reason, document: after, worst_cases: worstCases }
    },
  )

  app.put(
    '/limits',
    {
      config: { access: 'ops:write', action: 'limits.apply' },
      schema: {
        operationId: 'replaceLimits',
        tags: ['limits'],
        summary: 'Put other limits in force',
        description: 'On every gateway within a second. A document that breaks a rule changes nothing.',
        headers: IfMatchHeader,
        querystring: WaitQuery,
        body: closed({ document: LimitsJson, reason: Reason }),
        response: { 200: ChangedOutput, ...problemResponses(412, 428, 503) },
      },
    },
    async (request, reply) => {
      const { document, reason } = request.body
      const expected = await expectedRevision(request, revisions)
      const intent = { place: inDocument, wait: request.query.wait }
      return await commit(parts, request, reply, intent, () =>
        revisions.apply({ document, author: request.operator, reason, expected }),
      )
    },
  )
}
