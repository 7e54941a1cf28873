import { normalizeIP } from '@fastify/rate-limit'
import type { CallerFacts } from '@stockgate/rate-limit'
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'

const NO_CLAIMS: CallerFacts['claims'] = Object.freeze(Object.create(null))
/** Reading an IPv6 address costs more than all the rest of this stage. */
const networks = new LRUCache<string, string>({ max: 10_000 })

/** What is known of the caller of a request when its limits are chosen. */
export function callerOf({ client, address }: FastifyRequest): CallerFacts {
  return client === null
    ? { clientId: null, sub: null, address: countedAddress(address), claims: NO_CLAIMS }
    : {
        clientId: client.clientId,
        sub: client.sub,
        address: countedAddress(address),
        claims: client.claims,
      }
}

/** An IPv4 address as it is; an IPv6 one as its /64, for a host has all of that to itself. */
export function countedAddress(address: string): string {
  if (!address.includes(':')) return address
  let network = networks.get(address)
  if (network === undefined) {
    network = normalizeIP(address, 64)
    networks.set(address, network)
  }
  return network
}
