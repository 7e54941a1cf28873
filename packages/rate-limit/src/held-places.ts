import { RENEW_AFTER } from './places.ts'
import type { Taken } from './taken.ts'

/**
 * The requests in flight that hold places of concurrency limits. Places held for long are renewed by a heartbeat, so
 * that they outlast their lease; those of a process that is gone are not.
 */
export class HeldPlaces {
  /** Oldest first. */
  readonly #held = new Set<Taken>()
  readonly #beat: () => void
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined

  /** @param everyMs 0: without a heartbeat, somebody else calls `renew`. */
  constructor(renew: () => void, everyMs: number) {
    this.#everyMs = everyMs
    this.#beat = () => {
      if (this.#held.size > 0) renew()
      else this.#stop()
    }
  }

  get size(): number {
    return this.#held.size
  }

  add(taken: Taken): void {
    this.#held.add(taken)
    if (this.#timer === undefined && this.#everyMs > 0)
      this.#timer = setInterval(this.#beat, this.#everyMs).unref()
  }

  /** False where it holds none, or no more. */
  remove(taken: Taken): boolean {
    return this.#held.delete(taken)
  }

  /** Those that have been held for a while by now, oldest first. */
  due(now: number): Taken[] {
    const due: Taken[] = []
    for (const taken of this.#held) {
      if (taken.at > now - RENEW_AFTER) break
      due.push(taken)
    }
    return due
  }

  clear(): void {
    this.#held.clear()
    this.#stop()
  }

  /** Not as soon as nothing is held: with one request at a time that would be a timer for each. */
  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
