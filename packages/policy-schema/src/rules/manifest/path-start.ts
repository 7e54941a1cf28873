import { shown } from '../../rule.ts'
import { pathRule } from './routes.ts'

export const pathStart = pathRule('path-start', (path) =>
  path.startsWith('/') ? undefined : `${shown(path)} does not start with a slash: write ${shown(`/${path}`)}`,
)
