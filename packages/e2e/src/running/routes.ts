import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './stack.ts'

/** One method of one path that a service offers through the gateway. */
export interface RouteShown {
  readonly service: string
  readonly method: string
  /** As the manifest writes it. */
  readonly path: string
  readonly auth: 'bearer' | 'public'
  readonly scopes: readonly string[]
  readonly anyScopes: readonly string[]
  /** `POST /orders` */
  readonly name: string
}

interface Entry {
  readonly path: string
  readonly methods: readonly string[]
  readonly auth: 'bearer' | 'public'
  readonly scopes?: readonly string[]
  readonly anyScopes?: readonly string[]
}

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Every route of every manifest of the repository. */
export function everyRoute(): RouteShown[] {
  const services = join(ROOT, 'services')
  return readdirSync(services)
    .map((name) => join(services, name, 'gateway.json'))
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const { service, routes } = JSON.parse(readFileSync(file, 'utf8')) as {
        service: string
        routes: Entry[]
      }
      return routes.flatMap(({ path, methods, auth, scopes = [], anyScopes = [] }) =>
        methods.map((method) => ({
          service,
          method,
          path,
          auth,
          scopes,
          anyScopes,
          name: `${method} ${path}`,
        })),
      )
    })
}

/** The methods some route takes at this address, HEAD wherever there is GET. */
export function methodsAt(routes: readonly RouteShown[], address: string): Set<string> {
  const fits = ({ path }: RouteShown) =>
    new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(address)
  const methods = new Set(routes.filter(fits).map(({ method }) => method))
  if (methods.has('GET')) methods.add('HEAD')
  return methods
}

/** May a token with these scopes use the route? */
export function mayUse({ scopes, anyScopes }: RouteShown, granted: ReadonlySet<string>): boolean {
  const one = anyScopes.length === 0 || anyScopes.some((scope) => granted.has(scope))
  return one && scopes.every((scope) => granted.has(scope))
}
