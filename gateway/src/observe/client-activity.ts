import { RecentCount, RecentPeak, slotOf } from './last-minute.ts'

/** The least time a rate is told over: one call a moment ago is no ten calls a second. */
const SHORTEST_MS = 10_000
const MINUTE_MS = 60_000
/** How many clients, and how many addresses without one, are told apart at least. */
const KEPT = 1_000

/** What one client did in the last minute. */
export interface ClientActivity {
  /** A client id, or the owner of calls without one, such as `address:203.0.113.7`. */
  readonly client: string
  /** Of its latest call. */
  readonly tier: string
  readonly callsPerSecond: number
  readonly refused: number
  /** The limit it came nearest to, and the share of it that was in use then; null where none was counted. */
  readonly nearest: { readonly limit: string; readonly used: number } | null
}

/** One client while it is watched. */
export class WatchedClient {
  readonly client: string
  readonly since: number
  tier = ''
  readonly calls = new RecentCount()
  readonly refused = new RecentCount()
  readonly nearest = new RecentPeak()

  constructor(client: string, since: number) {
    this.client = client
    this.since = since
  }

  told(now: number): ClientActivity {
    const slot = slotOf(now)
    const watched = Math.min(Math.max(now - this.since, SHORTEST_MS), MINUTE_MS)
    const highest = this.nearest.highest(slot)
    return {
      client: this.client,
      tier: this.tier,
      callsPerSecond: (this.calls.sum(slot) * 1_000) / watched,
      refused: this.refused.sum(slot),
      nearest: highest === null ? null : { limit: highest.name, used: highest.value },
    }
  }
}

/**
 * The busiest clients. Calls without a client are kept apart, so that a flood from ever new addresses pushes no client
 * out. When there are twice as many as are kept, the quieter half is forgotten.
 */
export class ClientActivities {
  readonly #clients = new Map<string, WatchedClient>()
  readonly #addresses = new Map<string, WatchedClient>()
  readonly #kept: number

  constructor(kept = KEPT) {
    this.#kept = kept
  }

  /** The entry to count in. */
  of(clientId: string | null, owner: string, now: number): WatchedClient {
    const [table, name] = clientId === null ? [this.#addresses, owner] : [this.#clients, clientId]
    const known = table.get(name)
    if (known !== undefined) return known
    if (table.size >= 2 * this.#kept) this.#thin(table, now)
    const entry = new WatchedClient(name, now)
    table.set(name, entry)
    return entry
  }

  get size(): number {
    return this.#clients.size + this.#addresses.size
  }

  /** Everybody who called in the last minute; forgets who did not. */
  told(now: number): ClientActivity[] {
    return [this.#clients, this.#addresses].flatMap((table) =>
      [...table.values()].flatMap((entry) => {
        if (entry.calls.sum(slotOf(now)) > 0) return [entry.told(now)]
        table.delete(entry.client)
        return []
      }),
    )
  }

  #thin(table: Map<string, WatchedClient>, now: number): void {
    const slot = slotOf(now)
    const busiest = [...table.values()]
      .map((entry) => ({ entry, calls: entry.calls.sum(slot) }))
      .sort((a, b) => b.calls - a.calls)
    for (const { entry } of busiest.slice(this.#kept)) table.delete(entry.client)
  }
}
