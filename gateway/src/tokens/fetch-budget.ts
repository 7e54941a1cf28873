/**
 * When tokens of unknown keys may make us ask the issuer. Whoever wants can send such tokens, so they cannot have a
 * fetch each; but one of them may be the first of a really new key, so a single stranger must not use up the budget.
 * - in calm: two fetches in any 30 s, the second no sooner than a second after the last;
 * - in a flood of strangers: one fetch in 16 s, and no third of whatever reason in 30 s.
 */
export interface FetchBudget {
  /** Notes a token of an unknown key, and says whether it may have a fetch. */
  allows(now: number): boolean
  /** Notes a fetch that begins; `planned` is one that no token asked for. */
  spend(now: number, planned: boolean): void
}

const WINDOW_MS = 30_000
const MOST = 2
const CALM_PAUSE_MS = 1_000
const FLOOD_PAUSE_MS = 16_000
/** More strangers than this since the last fetch are a flood: no issuer has so many new keys. */
const FLOOD = 50
/** A flood that falters is one still. */
const FLOOD_LASTS_MS = 30_000

export function createFetchBudget(): FetchBudget {
  let fetches: { readonly at: number; readonly planned: boolean }[] = []
  let strangers = 0
  let floodUntil = Number.NEGATIVE_INFINITY

  /** A clock that was set back must not close the budget for as long. */
  const recent = (now: number) => fetches.filter(({ at }) => at <= now && now - at < WINDOW_MS)

  return {
    allows: (now) => {
      if (++strangers > FLOOD) floodUntil = now + FLOOD_LASTS_MS
      const flood = now < floodUntil && floodUntil - now <= FLOOD_LASTS_MS
      const inWindow = recent(now)
      const last = inWindow.at(-1)
      if (last === undefined) return true
      if (flood) return inWindow.length < MOST && now - last.at >= FLOOD_PAUSE_MS
      return inWindow.filter(({ planned }) => !planned).length < MOST && now - last.at >= CALM_PAUSE_MS
    },
    spend: (now, planned) => {
      fetches = [...recent(now), { at: now, planned }]
      strangers = 0
    },
  }
}
