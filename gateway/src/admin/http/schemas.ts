import { PROBLEM_JSON } from '@stockgate/problem'
import Type, { type TSchema } from 'typebox'

/** An object that refuses members it does not name: the shape of every body and every query. */
export function closed<P extends Record<string, TSchema>>(properties: P, options: object = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options })
}

/** One of the words; written `enum` in the description. */
export function words<const W extends readonly string[]>(list: W, options: object = {}) {
  return Type.Unsafe<W[number]>({ type: 'string', enum: [...list], ...options })
}

/** The query of a route that takes no parameters; routes that say nothing get it. */
export const NoQuery = closed({})

/** For whoever reads the history later. One line, since it is shown in lists and logs. */
export const Reason = Type.String({
  pattern: '^(?=.*\\S)[^\\p{Cc}\\p{Zl}\\p{Zp}]{1,300}$',
  description: 'Why, in one line of 1 to 300 characters; kept in the history.',
})

/** The query of a change that can wait until it is live everywhere. */
export const WaitQuery = closed({
  wait: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 30,
      description: 'Seconds to wait until every live gateway has reported the revision; 0 if absent.',
    }),
  ),
})

/** For the description alone: a missing or stale tag has problems of its own. */
export const IfMatchHeader = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'Required: the ETag of what you have read.' })),
})

export const Timestamp = Type.String({ format: 'date-time' })

/** A limits.json as it is written. Its rules are told one by one, so the shape is not repeated here. */
export const LimitsJson = Type.Unknown({
  type: 'object',
  description: 'The content of a limits.json.',
})

/** The RFC 9457 document, which every error answer refers to. */
export const problemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    trace_id: Type.Optional(Type.String()),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String(),
          detail: Type.String(),
          code: Type.Optional(Type.String()),
        }),
      ),
    ),
  },
  { $id: 'Problem', additionalProperties: true },
)

/** The problem answers of a route for its `response` schema; 401 and 403 come by themselves. */
export function problemResponses<const S extends number>(...statuses: S[]): Record<S, TSchema> {
  const body = { description: 'problem', content: { [PROBLEM_JSON]: { schema: Type.Ref('Problem') } } }
  return Object.fromEntries(statuses.map((status) => [status, body])) as unknown as Record<S, TSchema>
}
