/** A question that is not answered yet. */
export interface Waiting {
  readonly giveUp: (error: Error) => void
  /** When it was asked; later, when half of its time had passed. */
  since: number
  halfway: boolean
}

/**
 * Gives up on questions that are not answered in time, as `answerWithin` does and with its two halves, but with one
 * timer for all of them: one for each question costs more than the rest of asking.
 */
export class Deadlines {
  readonly #milliseconds: number
  /** Oldest first. */
  readonly #waiting = new Set<Waiting>()
  #timer: NodeJS.Timeout | undefined

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  /** Begins to wait; `giveUp` is called when nobody says `answered` in time. */
  wait(giveUp: Waiting['giveUp']): Waiting {
    const waiting = { giveUp, since: performance.now(), halfway: false }
    this.#waiting.add(waiting)
    this.#timer ??= setTimeout(() => this.#look(), this.#milliseconds / 2)
    return waiting
  }

  /** True where the answer is in time. */
  answered(waiting: Waiting): boolean {
    return this.#waiting.delete(waiting)
  }

  /** It runs on while questions are asked, at most once in half a deadline, and so is hardly ever set. */
  #look(): void {
    this.#timer = undefined
    const now = performance.now()
    const half = this.#milliseconds / 2
    let next = Number.POSITIVE_INFINITY
    for (const waiting of this.#waiting) {
      if (now - waiting.since >= half) {
        if (waiting.halfway) {
          this.#waiting.delete(waiting)
          waiting.giveUp(new Error(`no answer within ${this.#milliseconds} ms`))
          continue
        }
        waiting.halfway = true
        waiting.since = now
      }
      next = Math.min(next, waiting.since + half - now)
    }
    if (next < Number.POSITIVE_INFINITY) this.#timer ??= setTimeout(() => this.#look(), next)
  }
}
