import { join } from 'node:path'
import { ROOT } from './home.ts'

/** What the parts are told about each other. */
export interface Places {
  readonly home: string
  /** Address of the gateway, without trailing slash: also the public URL of everything. */
  readonly gateway: string
  readonly adminPort: number
  /** Port of a service or the gateway, by its name. */
  readonly ports: Readonly<Record<string, number>>
  /** Database of a service by its name. */
  readonly databases: Readonly<Record<string, string>>
  readonly redisUrl: string | undefined
  readonly ordersSecret: string
  readonly keyPepper: string
  readonly logLevel: string
}

/** One process of the stack. */
export interface Part {
  readonly name: string
  /** Its folder from the root of the repository; `src/main.ts` in it is run. */
  readonly folder: string
  /** True where it keeps its data in a database of its own. */
  readonly database?: boolean
  /** A request through the gateway that a demo token must be able to make before the stack is ready. */
  readonly probe?: string
  /** Its whole environment, besides what every process needs. */
  readonly settings: (places: Places) => Record<string, string>
}

const at = (places: Places, service: string) => `http://127.0.0.1:${places.ports[service]}`
const issuer = (places: Places) => `${places.gateway}/identity`
const gatewayKeys = (places: Places) => ({
  issuer: 'urn:stockgate:gateway',
  jwks: `${places.gateway}/.well-known/jwks.json`,
})
const identityKeys = (places: Places) => ({
  issuer: issuer(places),
  jwks: `${at(places, 'identity')}/identity/jwks`,
})

/** The services, in the order they stop; the gateway stops before all of them. */
export const services: readonly Part[] = [
  {
    name: 'orders',
    folder: 'services/orders',
    database: true,
    probe: '/orders?limit=1',
    settings: (places) => ({
      DATABASE_URL: places.databases.orders ?? '',
      PUBLIC_URL: places.gateway,
      TRUSTED_ISSUERS: JSON.stringify([gatewayKeys(places)]),
      PRODUCTS_URL: at(places, 'products'),
      TOKEN_URL: `${at(places, 'identity')}/identity/token`,
      CLIENT_ID: 'orders',
      CLIENT_SECRET: places.ordersSecret,
    }),
  },
  {
    name: 'products',
    folder: 'services/products',
    database: true,
    probe: '/products?limit=1',
    settings: (places) => ({
      DATABASE_URL: places.databases.products ?? '',
      PUBLIC_URL: places.gateway,
      TRUSTED_ISSUERS: JSON.stringify([gatewayKeys(places), identityKeys(places)]),
    }),
  },
  {
    name: 'identity',
    folder: 'services/identity',
    settings: (places) => ({
      ISSUER: issuer(places),
      AUDIENCE: places.gateway,
      STATE: join(places.home, 'identity'),
      CLIENT_SECRETS: JSON.stringify({ orders: places.ordersSecret }),
    }),
  },
]

/** The gateway in front of them. */
export const gateway: Part = {
  name: 'gateway',
  folder: 'gateway',
  settings: (places) => ({
    ADMIN_PORT: String(places.adminPort),
    PUBLIC_URL: places.gateway,
    UPSTREAMS: services.map(({ name }) => `${name}=${at(places, name)}`).join(','),
    MANIFESTS: services.map(({ folder }) => join(ROOT, folder, 'gateway.json')).join(','),
    LIMITS: join(ROOT, 'gateway/policy/limits.json'),
    ISSUERS: JSON.stringify([{ ...identityKeys(places), audience: places.gateway, algorithms: ['ES256'] }]),
    STATE: join(places.home, 'gateway'),
    CALLER_KEY: join(places.home, 'gateway', 'caller-key.json'),
    KEY_PEPPER: places.keyPepper,
    ...(places.redisUrl !== undefined && { REDIS_URL: places.redisUrl }),
  }),
}
