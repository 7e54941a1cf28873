import { shown } from '../../rule.ts'
import { pathRule } from './routes.ts'

/** What the gateway answers itself; each also stands for everything below it. */
export const RESERVED_PATHS: readonly string[] = [
  '/livez',
  '/readyz',
  '/openapi.json',
  '/docs',
  '/problems',
  '/usage',
  '/.well-known/jwks.json',
  '/.well-known/oauth-protected-resource',
]

export const pathReserved = pathRule('path-reserved', (path) => {
  const reserved = RESERVED_PATHS.find((own) => path === own || path.startsWith(`${own}/`))
  return reserved === undefined
    ? undefined
    : `${shown(reserved)} is answered by the gateway itself: put the route under the name of the service`
})
