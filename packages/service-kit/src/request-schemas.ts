import Type, { type TSchema } from 'typebox'
import { closed } from './schemas.ts'

/** Items of a page when the caller does not say. */
export const USUAL_LIMIT = 50

/** The query of a collection: paging and its own filters, nothing else. */
export function listQuery<P extends Record<string, TSchema>>(filters: P) {
  return closed({
    ...filters,
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 200,
        description: `Most items of the page; ${USUAL_LIMIT} if absent.`,
      }),
    ),
    cursor: Type.Optional(
      Type.String({ maxLength: 500, description: 'From the `next` link of the page before.' }),
    ),
  })
}

/** The query of a route that takes no parameters. */
export const NoQuery = closed({})

/** The body of a call that says everything by its path. */
export const NoBody = Type.Union([closed({}), Type.Null()])

/** For the description alone: the kit reads and refuses these headers itself, with problems of their own. */
export const KeyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: 'Required. The same key again gives the same answer and no second effect.' }),
  ),
})
export const IfMatchHeader = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'Required: the ETag of what you have read.' })),
})
