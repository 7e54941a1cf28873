import { shown } from '../../rule.ts'
import { pathRule } from './routes.ts'

/**
 * Only characters that are never percent-encoded: there is one way to write the path, and nothing in it that the
 * router would read as a pattern (`:`, `*`, `(`).
 */
export const pathCharacters = pathRule('path-characters', (_path, segments) => {
  const wrong = segments.find((segment) => !/[{}]/.test(segment) && !/^[\w.~-]*$/.test(segment))
  return wrong === undefined
    ? undefined
    : `${shown(wrong)} has a character that is not allowed: write letters, digits, "-", ".", "_" and "~" only`
})
