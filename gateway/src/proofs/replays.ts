/** What is known of a proof: new, here before, or so old that nobody can tell any more. */
export type Sighting = 'first' | 'again' | 'forgotten'

/** Remembers proofs for as long as they could be used again, in bounded memory. */
export interface Replays {
  /** Looks and notes it in one step. `madeAt` is when the proof says it was made, in milliseconds. */
  see(id: string, madeAt: number): Sighting
}

export interface ReplaysOptions {
  readonly clock: () => number
  /** How old a proof may be, and how far ahead of our clock. */
  readonly pastMs: number
  readonly futureMs: number
  /** Proofs in one of the two generations. */
  readonly most?: number
}

const MOST = 100_000

/**
 * Two generations, each as long as a proof can live, so that a proof outlives its use in one of them. A generation
 * that is full ends early: what is forgotten with it is then refused by its age, so that a flood makes old proofs
 * useless and never a used one new.
 */
export function createReplays({ clock, pastMs, futureMs, most = MOST }: ReplaysOptions): Replays {
  const lifetime = pastMs + futureMs
  let young = new Set<string>()
  let old = new Set<string>()
  let youngSince = clock()
  let forgottenTo = Number.NEGATIVE_INFINITY

  function turn(now: number): void {
    const full = now - youngSince < lifetime
    // All that stands in `old` came before `youngSince`, and was made at the latest so far ahead of it.
    if (full && old.size > 0) forgottenTo = youngSince + futureMs
    // After a long silence what is young is out of date as well.
    old = now - youngSince < 2 * lifetime ? young : new Set()
    young = new Set()
    youngSince = now
  }

  return {
    see: (id, madeAt) => {
      const now = clock()
      if (now - youngSince >= lifetime || young.size >= most) turn(now)
      if (young.has(id) || old.has(id)) return 'again'
      if (madeAt <= forgottenTo) return 'forgotten'
      young.add(id)
      return 'first'
    },
  }
}
