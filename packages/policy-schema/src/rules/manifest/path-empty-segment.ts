import { shown } from '../../rule.ts'
import { pathRule } from './routes.ts'

/** The edge refuses such targets, so the route could never be reached. */
export const pathEmptySegment = pathRule('path-empty-segment', (path) =>
  path.includes('//')
    ? `${shown(path)} has an empty segment: write ${shown(path.replace(/\/{2,}/g, '/'))}`
    : undefined,
)
