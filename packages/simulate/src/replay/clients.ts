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
  readonly #clients = new Map<string, ClientCount>()
  readonly #addresses = new Map<string, ClientCount>()

  /** All of them. */
  get all(): Iterable<ClientCount> {
    return [...this.#clients.values(), ...this.#addresses.values()]
  }

  get size(): number {
    return this.#clients.size + this.#addresses.size
  }

  count({ clientId, address }: CallerFacts, refusedBefore: boolean, refusedAfter: boolean): void {
    const client =
      clientId === null
        ? countFor(this.#addresses, address, 'address')
        : countFor(this.#clients, clientId, 'client')
    client.calls++
    if (refusedBefore) client.refusedBefore++
    if (refusedAfter) client.refusedAfter++
  }
}

function countFor(counts: Map<string, ClientCount>, name: string, kind: ClientCount['kind']): ClientCount {
  let count = counts.get(name)
  if (count === undefined) {
    count = { name, kind, calls: 0, refusedBefore: 0, refusedAfter: 0 }
    counts.set(name, count)
  }
  return count
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
