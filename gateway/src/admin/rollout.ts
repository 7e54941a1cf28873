import Type from 'typebox'
import { Refusal } from '../errors/refusal.ts'
import { ChangedOutput, commit } from './change.ts'
import type { AdminApp } from './http/listener.ts'
import { closed, problemResponses, Reason, WaitQuery } from './http/schemas.ts'
import type { PolicyParts } from './parts.ts'

interface Document {
  readonly candidates?: Readonly<Record<string, object>>
}

/** Puts a candidate in force for a part of its tier's clients. */
export function rolloutRoutes(app: AdminApp, parts: PolicyParts): void {
  const { revisions } = parts

  app.post(
    '/limits/candidates/:name/rollout',
    {
      config: { access: 'ops:write', action: 'candidate.rollout' },
      schema: {
        operationId: 'rollOutCandidate',
        tags: ['candidates'],
        summary: 'Put a candidate in force for a share of its tier’s clients; 0 takes it back',
        params: Type.Object({ name: Type.String() }),
        querystring: WaitQuery,
        body: closed({ percent: Type.Integer({ minimum: 0, maximum: 100 }), reason: Reason }),
        response: { 200: ChangedOutput, ...problemResponses(404, 503) },
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const { percent, reason } = request.body
      const place = (pointer: string) =>
        pointer === `#/candidates/${name}/rollout/percent` ? '#/percent' : pointer
      const intent = { place, wait: request.query.wait }
      return await commit(parts, request, reply, intent, () =>
        revisions.edit((document: Document) => withRollout(document, name, percent), {
          kind: 'rollout',
          author: request.operator,
          reason,
        }),
      )
    },
  )
}

function withRollout(document: Document, name: string, percent: number): object {
  const { candidates = {} } = document
  if (!Object.hasOwn(candidates, name))
    throw new Refusal('GW_NO_ROUTE', { detail: `There is no candidate ${name}.` })
  const { rollout: _before, ...candidate } = candidates[name] as { rollout?: object }
  const after = percent === 0 ? candidate : { ...candidate, rollout: { percent } }
  return { ...document, candidates: { ...candidates, [name]: after } }
}
