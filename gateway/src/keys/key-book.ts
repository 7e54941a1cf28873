import type { KeyEvent, KeyRecord, SealedKey } from './key-event.ts'

/** One key and what became of it. */
export interface KeyEntry {
  readonly key: SealedKey
  /** The key that took over from this one. */
  rotatedTo: string | null
  /** When this one ends because another took over. */
  overlapEnds: number | null
  revoked: number | null
  revokedBy: string | null
}

/** `overlap`: another key took over and this one is still good for a while. `ended`: that while is over. */
export type KeyState = 'active' | 'overlap' | 'ended' | 'expired' | 'revoked'

/** Every key ever made, as the journal tells it. All of it is in memory: a request asks no store. */
export interface KeyBook {
  apply(event: KeyEvent): void
  find(seal: string): KeyEntry | undefined
  get(id: string): KeyEntry | undefined
  /** In the order they were made. */
  all(): IterableIterator<KeyEntry>
  /** This key and all it took over from, newest first. */
  lineOf(id: string): readonly KeyEntry[]
}

export function createKeyBook(): KeyBook {
  const byId = new Map<string, KeyEntry>()
  const bySeal = new Map<string, KeyEntry>()

  function add(key: SealedKey): void {
    const entry: KeyEntry = { key, rotatedTo: null, overlapEnds: null, revoked: null, revokedBy: null }
    byId.set(key.id, entry)
    bySeal.set(key.seal, entry)
  }

  return {
    find: (seal) => bySeal.get(seal),
    get: (id) => byId.get(id),
    all: () => byId.values(),
    lineOf: (id) => {
      const line: KeyEntry[] = []
      let entry = byId.get(id)
      while (entry !== undefined && !line.includes(entry)) {
        line.push(entry)
        const from: string | null = entry.key.rotatedFrom
        entry = from === null ? undefined : byId.get(from)
      }
      return line
    },
    apply: (event) => {
      if (event.kind === 'revoked') {
        for (const id of event.ids) {
          const entry = byId.get(id)
          if (entry === undefined || entry.revoked !== null) continue
          entry.revoked = event.at
          entry.revokedBy = event.by
        }
        return
      }
      // The first word about an id counts: no later entry gives a key another client or more scopes.
      if (byId.has(event.key.id) || bySeal.has(event.key.seal)) return
      add(event.key)
      if (event.kind !== 'rotated') return
      const from = byId.get(event.key.rotatedFrom ?? '')
      if (from === undefined || from.rotatedTo !== null) return
      from.rotatedTo = event.key.id
      from.overlapEnds = event.overlapEnds
    },
  }
}

/** What a key is at a moment. Its ends come by the clock alone, whatever else is down. */
export function stateOf({ key, overlapEnds, revoked }: KeyEntry, now: number): KeyState {
  if (revoked !== null) return 'revoked'
  if (key.expires !== null && key.expires <= now) return 'expired'
  if (overlapEnds === null) return 'active'
  return overlapEnds <= now ? 'ended' : 'overlap'
}

/** When the clock alone ends a key, in milliseconds since the epoch. */
export function endOf(key: KeyRecord, overlapEnds: number | null): number {
  return Math.min(key.expires ?? Number.POSITIVE_INFINITY, overlapEnds ?? Number.POSITIVE_INFINITY)
}
