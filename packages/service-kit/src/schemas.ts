import Type, { type Static, type TSchema } from 'typebox'

/** The RFC 9457 document, referenced by every error answer in the API description. */
export const problemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    instance: Type.Optional(Type.String()),
    trace_id: Type.Optional(Type.String()),
    errors: Type.Optional(
      Type.Array(
        Type.Object({ pointer: Type.String(), detail: Type.String() }, { additionalProperties: true }),
      ),
    ),
  },
  { $id: 'Problem', additionalProperties: true },
)

/** The problem answers of a route, by status, for its `response` schema. */
export function problemResponses<const S extends number>(...statuses: S[]): Record<S, TSchema> {
  const body = {
    description: 'problem',
    content: { 'application/problem+json': { schema: Type.Ref('Problem') } },
  }
  return Object.fromEntries(statuses.map((status) => [status, body])) as unknown as Record<S, TSchema>
}

/** An object that refuses properties it does not name: the shape of every request body and query. */
export function closed<P extends Record<string, TSchema>>(properties: P, options: object = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options })
}

/** One of the words; written `enum` in the API description. */
export function words<const W extends readonly string[]>(list: W, options: object = {}) {
  return Type.Unsafe<W[number]>({ type: 'string', enum: [...list], ...options })
}

/** An id on the wire: opaque to clients. */
export const Id = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })

/** A count of smallest units; JSON numbers are exact up to 2^53 − 1. */
export const Quantity = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

export const Timestamp = Type.String({ format: 'date-time' })

/** One page of a collection. */
export function page<T extends TSchema>(item: T) {
  return Type.Object({ items: Type.Array(item), self: Type.String(), next: Type.Optional(Type.String()) })
}

export type { Static }
