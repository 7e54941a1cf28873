import { LRUCache } from 'lru-cache'
import type { RefusalNote } from './decision.ts'

/** How many refusals of one owner are kept, and for how long. */
export const NOTES_PER_OWNER = 10
export const NOTES_KEPT_MS = 24 * 3_600_000

const OWNERS = 10_000

/** The newest refusals of each owner. Of many owners those whose last refusal is longest ago are forgotten first. */
export class RefusalNotes {
  readonly #notes = new LRUCache<string, readonly RefusalNote[]>({ max: OWNERS })

  add(owner: string, refusal: RefusalNote): void {
    const known = this.#notes.peek(owner) ?? []
    this.#notes.set(owner, [refusal, ...known.slice(0, NOTES_PER_OWNER - 1)])
  }

  /** Newest first; `now` in milliseconds since the epoch. */
  of(owner: string, now: number): readonly RefusalNote[] {
    return stillKept(this.#notes.peek(owner) ?? [], now)
  }

  clear(): void {
    this.#notes.clear()
  }
}

/** Without those that are older than a day. */
export function stillKept(notes: readonly RefusalNote[], now: number): readonly RefusalNote[] {
  return notes.filter(({ at }) => at > now - NOTES_KEPT_MS)
}
