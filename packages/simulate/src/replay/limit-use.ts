import type { LimitSpec } from '@stockgate/policy-schema'
import type { LimitState } from '@stockgate/rate-limit'

/** The highest share of a quota that was in use, and where. */
export interface Peak {
  share: number
  /** Microseconds since the epoch. */
  at: number
  counter: string
}

/** What became of one limit of one tier while it was in force. */
export class LimitUse {
  /** The name of a tier, `candidate-…` for one in force through its rollout, `route-…` for limits of routes. */
  readonly set: string
  readonly spec: LimitSpec
  /** The rule by which it was in force first; tells limits of one name apart. */
  readonly rule: string
  calls = 0
  refused = 0
  peak: Peak | null = null

  constructor(set: string, spec: LimitSpec, rule: string) {
    this.set = set
    this.spec = spec
    this.rule = rule
  }

  count(state: LimitState, at: number): void {
    this.calls++
    if (state.violated) this.refused++
    const share = state.violated ? 1 : (state.quota - state.remaining) / state.quota
    if (this.peak === null) this.peak = { share, at, counter: state.id }
    else if (share > this.peak.share) {
      this.peak.share = share
      this.peak.at = at
      this.peak.counter = state.id
    }
  }
}

/** The set in the id of a counter, `{<owner>}:<set>:<limit>`. */
export function setOf(id: string): string {
  const begin = id.indexOf('}:') + 2
  return id.slice(begin, id.indexOf(':', begin))
}

/** Limits of the same set and name that say the same are one. */
export function keyOf(set: string, spec: LimitSpec): string {
  return JSON.stringify([set, spec])
}
