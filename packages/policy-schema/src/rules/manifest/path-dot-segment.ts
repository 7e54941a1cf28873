import { shown } from '../../rule.ts'
import { pathRule } from './routes.ts'

/** The edge refuses such targets: clients and proxies resolve them to another path. */
export const pathDotSegment = pathRule('path-dot-segment', (path, segments) =>
  segments.some((segment) => segment === '.' || segment === '..')
    ? `${shown(path)} has a segment "." or "..": write the path it stands for`
    : undefined,
)
