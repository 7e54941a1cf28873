import type { CallerFacts } from '@stockgate/rate-limit'

/** What became of the calls of one client, or of one address where nobody signed in. */
export interface ClientCount {
  /** `demo`, or the address. */
  readonly name: string
  readonly kind: 'client' | 'address'
  calls: number
  refusedBefore: number
  refusedAfter: number
}

/** Counts for each client. */
export class Clients {
  readonly #counts = new Map<string, ClientCount>()
  readonly #known = new WeakMap<CallerFacts, ClientCount>()

  /** All of them. */
  get all(): Iterable<ClientCount> {
    return this.#counts.values()
  }

  get size(): number {
    return this.#counts.size
  }

  count(caller: CallerFacts, refusedBefore: boolean, refusedAfter: boolean): void {
    const client = this.#known.get(caller) ?? this.#find(caller)
    client.calls++
    if (refusedBefore) client.refusedBefore++
    if (refusedAfter) client.refusedAfter++
  }

  #find(caller: CallerFacts): ClientCount {
    const { clientId, address } = caller
    const kind = clientId === null ? 'address' : 'client'
    const key = `${kind}:${clientId ?? address}`
    let client = this.#counts.get(key)
    if (client === undefined) {
      client = { name: clientId ?? address, kind, calls: 0, refusedBefore: 0, refusedAfter: 0 }
      this.#counts.set(key, client)
    }
    this.#known.set(caller, client)
    return client
  }
}

/** The first few by a measure, largest first; of equals the one with more calls, then by name. */
export function topOf(
  clients: Iterable<ClientCount>,
  measure: (client: ClientCount) => number,
  most: number,
): { readonly shown: readonly ClientCount[]; readonly total: number } {
  const some = [...clients].filter((client) => measure(client) > 0)
  some.sort(
    (one, other) =>
      measure(other) - measure(one) || other.calls - one.calls || (one.name < other.name ? -1 : 1),
  )
  return { shown: some.slice(0, most), total: some.length }
}
