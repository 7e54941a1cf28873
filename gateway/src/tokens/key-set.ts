import type { KeyRing, RingKey } from '../settings/key-ring.ts'
import type { FetchOutcome } from './fetch-key-set.ts'

/** The public keys of one issuer. */
export interface KeySet {
  /** The key of this name; undefined where the issuer has none. Rejects with KeysUnreachable where it cannot be told. */
  find(kid: string): Promise<RingKey | undefined>
  known(): boolean
  /** Until when its keys are believed, as things are now; milliseconds since the epoch. */
  believedUntil(): number
  /** Undefined for keys that came with the settings. */
  status(): KeySetStatus | undefined
  start(): void
  stop(): void
}

/** How it stands with keys that are fetched. */
export interface KeySetStatus {
  /** Keys in force. */
  readonly keys: number
  /** Entries of the newest set that are not taken. */
  readonly skipped: number
  /** When the keys in force were fetched, in milliseconds since the epoch; null while none ever were. */
  readonly fetchedAt: number | null
  /** Whether the last fetch gave keys; null before the first has ended. */
  readonly lastFetchGood: boolean | null
  /** How many fetches ended how. */
  readonly fetches: Readonly<Record<FetchOutcome, number>>
  /** Tokens whose key is not in the set. */
  readonly strangers: number
}

/** The issuer was not reached, now or for too long, so nothing can be said about its tokens. */
export class KeysUnreachable extends Error {
  constructor(cause: unknown) {
    super('the keys of the issuer are not known, or too old to be believed', { cause })
    this.name = 'KeysUnreachable'
  }
}

/** Keys that came with the settings. */
export function fixedKeySet(ring: KeyRing): KeySet {
  return {
    find: async (kid) => ring.keys.get(kid),
    known: () => true,
    believedUntil: () => Number.POSITIVE_INFINITY,
    status: () => undefined,
    start: () => {},
    stop: () => {},
  }
}
