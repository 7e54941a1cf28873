import { shown } from '../../rule.ts'
import { pathRule } from './routes.ts'

/** One resource has one address: `/products`, never also `/products/`. */
export const pathEnd = pathRule('path-end', (path) =>
  path.length > 1 && /[^/]\/$/.test(path)
    ? `${shown(path)} ends with a slash: write ${shown(path.slice(0, -1))}`
    : undefined,
)
