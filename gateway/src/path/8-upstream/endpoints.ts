import type { SecureContext } from 'node:tls'
import { Pool } from 'undici'
import { type ConnectOptions, createConnect } from './connect.ts'

/** One place a service can be reached at. */
export interface Endpoint {
  /** Host and port, for the log. */
  readonly name: string
  readonly pool: Pool
  inFlight: number
}

/** The endpoints of one service. */
export interface Endpoints {
  /** Undefined when there is none. */
  pick(): Endpoint | undefined
  /** Hosts a redirect of the service may name without meaning the outside world. */
  hosts(): Iterable<string>
  close(): Promise<void>
}

export interface EndpointOptions extends ConnectOptions {
  readonly connections: number
}

/** Every option that matters is written out: undici's defaults are wide, and change. */
export function createEndpoint(origin: string, name: string, options: EndpointOptions): Endpoint {
  const pool = new Pool(origin, {
    connections: options.connections,
    // One request at a time on a connection: no answer can be taken for another's.
    pipelining: 1,
    allowH2: false,
    strictContentLength: true,
    maxHeaderSize: 32 * 1024,
    // Backstops; the deadline of the route comes first.
    headersTimeout: 300_000,
    bodyTimeout: 300_000,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 60_000,
    keepAliveTimeoutThreshold: 1_000,
    connect: createConnect(options),
  })
  return { name, pool, inFlight: 0 }
}

/** The less busy of two taken at random: as good as asking all of them, and never herds onto one. */
export function pickOfTwo(endpoints: readonly Endpoint[]): Endpoint | undefined {
  const count = endpoints.length
  if (count < 2) return endpoints[0]
  const first = Math.floor(Math.random() * count)
  const second = (first + 1 + Math.floor(Math.random() * (count - 1))) % count
  const [a, b] = [endpoints[first] as Endpoint, endpoints[second] as Endpoint]
  return b.inFlight < a.inFlight ? b : a
}

/** Endpoints named in the settings. */
export function fixedEndpoints(
  origins: readonly string[],
  connections: number,
  trust?: SecureContext,
): Endpoints {
  const endpoints = origins.map((origin) =>
    createEndpoint(origin, new URL(origin).host, { connections, trust }),
  )
  return {
    pick: () => pickOfTwo(endpoints),
    hosts: () => endpoints.map(({ name }) => name),
    close: async () => {
      await Promise.all(endpoints.map(({ pool }) => pool.destroy()))
    },
  }
}
