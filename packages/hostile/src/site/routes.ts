/** A route the gateway is given, and what the run knows of it by itself. */
interface SiteRoute {
  readonly service: 'shop' | 'vault'
  readonly path: string
  readonly methods: readonly string[]
  readonly auth: 'bearer' | 'public'
  readonly scopes?: readonly string[]
  readonly bodyLimit?: number
  readonly encodedSlash?: boolean
  readonly requestEncodings?: readonly string[]
  readonly deadlineMs?: number
}

export const SMALL_BODY = 1_000
export const BODY_LIMIT = 262_144
export const PACKED_BODY = 100_000
/** So much that the gateway cannot hold it and passes it on as it comes. */
export const LARGE_BODY = 1_500_000

export const ROUTES: readonly SiteRoute[] = [
  { service: 'shop', path: '/things', methods: ['GET', 'POST'], auth: 'bearer', scopes: ['things:read'] },
  { service: 'shop', path: '/things/{id}', methods: ['GET', 'PUT', 'PATCH', 'DELETE'], auth: 'bearer' },
  { service: 'shop', path: '/open', methods: ['GET', 'POST'], auth: 'public' },
  { service: 'shop', path: '/open/{id}', methods: ['GET', 'POST', 'PUT'], auth: 'public' },
  { service: 'shop', path: '/small', methods: ['POST'], auth: 'public', bodyLimit: SMALL_BODY },
  { service: 'shop', path: '/large', methods: ['POST'], auth: 'public', bodyLimit: LARGE_BODY },
  {
    service: 'shop',
    path: '/packed',
    methods: ['POST'],
    auth: 'public',
    bodyLimit: PACKED_BODY,
    requestEncodings: ['gzip', 'br', 'deflate', 'zstd'],
  },
  { service: 'shop', path: '/files/{id}', methods: ['GET'], auth: 'public', encodedSlash: true },
  { service: 'shop', path: '/quick/{id}', methods: ['GET'], auth: 'public', deadlineMs: 20_000 },
  { service: 'vault', path: '/vault/{id}', methods: ['GET', 'POST'], auth: 'bearer', scopes: ['vault:open'] },
]

/** The manifests of both services, as gateway.json writes them. */
export function manifests(): object[] {
  return ['shop', 'vault'].map((service) => ({
    service,
    routes: ROUTES.filter((route) => route.service === service).map(({ service: _, ...route }) =>
      route.auth === 'bearer' ? { scopes: [], ...route } : route,
    ),
  }))
}

/** The route of a path in plain spelling, found segment by segment. */
export function routeOf(method: string, path: string): SiteRoute | undefined {
  const segments = path.split('/')
  return ROUTES.find(({ path: pattern, methods }) => {
    const wanted = pattern.split('/')
    return (
      // Who may read a thing may also ask how large it is.
      methods.includes(method === 'HEAD' ? 'GET' : method) &&
      wanted.length === segments.length &&
      wanted.every((one, at) => (one.startsWith('{') ? segments[at] !== '' : one === segments[at]))
    )
  })
}
