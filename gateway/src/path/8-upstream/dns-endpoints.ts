import type { LookupAddress } from 'node:dns'
import { isIPv6, type LookupFunction } from 'node:net'
import { createEndpoint, type Endpoint, type Endpoints, pickOfTwo } from './endpoints.ts'

const PORT = 8080
const REFRESH_MS = 5_000
const RETRY_MS = 500

/** Answers all addresses of a name; rejects when there are none. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>

/**
 * The endpoints of a service that no setting names: every address DNS knows for it, asked again and again beside
 * the requests. An address that goes away takes no new requests; a DNS that is away changes nothing.
 */
export function dnsEndpoints(service: string, connections: number, resolve: Resolve): Endpoints {
  const byAddress = new Map<string, Endpoint>()
  let endpoints: readonly Endpoint[] = []
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function refresh(): Promise<void> {
    try {
      take(await resolve(service))
    } catch {
      // Whoever asks is answered from what was known, or told that there is no endpoint.
    }
    if (closed) return
    timer = setTimeout(refresh, endpoints.length > 0 ? REFRESH_MS : RETRY_MS)
    timer.unref()
  }

  function take(addresses: readonly LookupAddress[]): void {
    if (closed) return
    const now = new Set(addresses.map(({ address }) => address))
    for (const { address, family } of addresses) {
      if (!byAddress.has(address)) byAddress.set(address, endpointAt(address, family))
    }
    for (const [address, endpoint] of byAddress) {
      if (now.has(address)) continue
      byAddress.delete(address)
      // Lets requests in flight end.
      void endpoint.pool.close()
    }
    endpoints = [...byAddress.values()]
  }

  function endpointAt(address: string, family: number): Endpoint {
    const lookup: LookupFunction = (_name, { all }, callback) =>
      all ? callback(null, [{ address, family }]) : callback(null, address, family)
    const name = isIPv6(address) ? `[${address}]:${PORT}` : `${address}:${PORT}`
    return createEndpoint(`http://${service}:${PORT}`, name, { connections, lookup })
  }

  void refresh()
  return {
    pick: () => pickOfTwo(endpoints),
    hosts: () => [`${service}:${PORT}`, ...endpoints.map(({ name }) => name)],
    close: async () => {
      closed = true
      clearTimeout(timer)
      await Promise.all(endpoints.map(({ pool }) => pool.destroy()))
    },
  }
}
