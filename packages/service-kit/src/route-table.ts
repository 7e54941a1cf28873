import type { FastifyInstance } from 'fastify'

/** One route as a manifest names it. */
export interface RouteEntry {
  readonly method: string
  /** With braces, as in the API description: `/products/{product_id}`. */
  readonly path: string
  readonly scopes: readonly string[]
  readonly anyScopes: readonly string[]
}

/** Keeps a list of all routes that callers can reach, so that a test can compare it with the manifest. */
export function useRouteTable(app: FastifyInstance): void {
  const table: RouteEntry[] = []
  app.decorate('routeTable', table)
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.open) return
    const path = url.replace(/:(\w+)/g, '{$1}')
    for (const one of [method].flat())
      if (one !== 'HEAD')
        table.push({ method: one, path, scopes: config?.scopes ?? [], anyScopes: config?.anyScopes ?? [] })
  })
}
