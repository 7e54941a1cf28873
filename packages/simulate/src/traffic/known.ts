import type { CallerFacts, RouteFacts } from '@stockgate/rate-limit'
import { countedAddress } from './address.ts'

const MOST_CALLERS = 5_000
const MOST_ROUTES = 10_000
const NO_CLAIMS: CallerFacts['claims'] = Object.freeze(Object.create(null))
const CLAIM_OWNER = /^claim:([^:]+):(.+)$/

/** Finds what the manifests say of a route. */
export type FindRoute = (service: string, method: string, pattern: string) => RouteFacts

/** Callers met before: one object each, so that whoever plans their limits can remember them, too. */
export interface KnownCallers {
  of(client: string | null, sub: string | null, address: string, owner?: string): CallerFacts
}

/** Forgets all of them when there are too many, which costs only time. */
export function knownCallers(): KnownCallers {
  const known = new Map<string, CallerFacts>()
  return {
    of: (client, sub, address, owner = '') => {
      const key = client === null ? address : `${client}\n${sub}\n${address}\n${owner}`
      const met = known.get(key)
      if (met !== undefined) return met
      if (known.size >= MOST_CALLERS) known.clear()
      const clientId = client === null ? null : ownText(client)
      const caller: CallerFacts = Object.freeze({
        clientId,
        sub: sub === null ? clientId : ownText(sub),
        address: ownText(countedAddress(address)),
        claims: claimsOf(owner),
      })
      known.set(ownText(key), caller)
      return caller
    },
  }
}

/** Routes met before, one object each. */
export function knownRoutes(find: FindRoute): FindRoute {
  const known = new Map<string, RouteFacts>()
  return (service, method, pattern) => {
    const key = `${service}\n${method}\n${pattern}`
    const met = known.get(key)
    if (met !== undefined) return met
    if (known.size >= MOST_ROUTES) known.clear()
    const route = find(service, method, pattern)
    known.set(ownText(key), route)
    return route
  }
}

/** A log shows of all claims only the one that limits were counted by: `claim:tenant:acme`. */
function claimsOf(owner: string): CallerFacts['claims'] {
  const [, name, value] = CLAIM_OWNER.exec(owner) ?? []
  if (name === undefined || value === undefined) return NO_CLAIMS
  return Object.freeze(Object.assign(Object.create(null), { [ownText(name)]: ownText(value) }))
}

/** A copy. A piece cut out of a long text would keep the whole of it in memory. */
function ownText(text: string): string {
  return Buffer.from(text).toString()
}
