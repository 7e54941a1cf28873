import Type from 'typebox'

/** Items of a page unless the caller says otherwise. */
export const USUAL_LIMIT = 50

export const Limit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: 200,
    description: 'Items of a page, 50 unless said; it may hold fewer.',
  }),
)

export const Cursor = Type.Optional(
  Type.String({ maxLength: 1000, description: 'From the `next` of the page before.' }),
)
