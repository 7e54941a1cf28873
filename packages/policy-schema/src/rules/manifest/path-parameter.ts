import { shown } from '../../rule.ts'
import { pathRule } from './routes.ts'

const PARAMETER = /^\{[a-z][a-z0-9]*(?:_[a-z0-9]+)*\}$/

/** A parameter is a whole segment and named in snake_case, so a path reads and matches in one way only. */
export const pathParameter = pathRule('path-parameter', (_path, segments) => {
  const wrong = segments.find((segment) => /[{}]/.test(segment) && !PARAMETER.test(segment))
  return wrong === undefined
    ? undefined
    : `${shown(wrong)} is no parameter: write a whole segment in snake_case, such as "{product_id}"`
})
