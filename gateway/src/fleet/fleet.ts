/** One gateway among those that share a Redis. */
export interface Member {
  readonly id: string
  /** Milliseconds since its last beat was heard. */
  readonly seenMs: number
  /** What it told with that beat, by name. */
  readonly bulletins: Readonly<Record<string, unknown>>
}

/** Which part of the fleet this gateway is. */
export interface Place {
  /** Gateways that live, this one included. */
  readonly size: number
  /** From 0; no two members have the same. */
  readonly rank: number
}

/** Which gateways live. Each tells the others of itself with a beat twice a second. */
export interface Fleet {
  /** Of this gateway; another one after each start. */
  readonly id: string
  /** Gateways that live, as last known: at least 1, and kept while Redis is out of reach and over a restart. */
  size(): number
  /** The same and which of them this one is. */
  place(): Place
  /** Every member, itself included, the lowest id first. While Redis is out of reach: as last read. Never rejects. */
  members(): Promise<readonly Member[]>
  /** Tells something to the others with the next beat and all later ones; replaces what had this name. */
  publish(name: string, bulletin: unknown): void
  /** Takes this gateway out. */
  close(): Promise<void>
}
