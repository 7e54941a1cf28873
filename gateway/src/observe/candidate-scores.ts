import type { Candidate } from '@stockgate/policy-schema'
import type { Decision, LimitPlan } from '@stockgate/rate-limit'
import type { PolicySnapshot } from '../policy/index.ts'

/** How many clients a candidate's score tells apart; the rest are one row. */
const MOST_CLIENTS = 2_000
const OTHER_CLIENTS = 'others'

export interface ClientScore {
  readonly client: string
  calls: number
  wouldRefuse: number
  liveRefused: number
}

/** How one candidate fares on the calls of its tier since it is as it is. */
export interface CandidateScore {
  readonly name: string
  calls: number
  wouldRefuse: number
  /** By limit; a call that met two of them counts for both. */
  readonly refusedBy: Map<string, number>
  readonly clients: Map<string, ClientScore>
}

interface Scored extends CandidateScore {
  /** What is compared; another text begins another score. */
  readonly key: string
  readonly limits: ReadonlySet<string>
}

/** Scores candidates beside the limits in force, on the same calls. */
export class CandidateScores {
  #scores = new Map<string, Scored>()
  readonly #mostClients: number

  constructor(mostClients = MOST_CLIENTS) {
    this.#mostClients = mostClients
  }

  /** Goes on with the candidates of a policy; one whose limits are others now begins anew. */
  adopt({ limits: { candidates, tiers } }: PolicySnapshot): void {
    const scores = new Map<string, Scored>()
    for (const candidate of Object.values(candidates)) {
      const key = JSON.stringify([candidate.tier, candidate.limits, tiers[candidate.tier]?.limits])
      const known = this.#scores.get(candidate.name)
      scores.set(candidate.name, known?.key === key ? known : begin(candidate, key))
    }
    this.#scores = scores
  }

  /** Counts one decision for every candidate it was scored by, and for the one that is in force for this client. */
  count(plan: LimitPlan, { allowed, limits, candidates }: Decision, client: string): void {
    for (const verdict of candidates) {
      const score = this.#scores.get(verdict.candidate)
      if (score === undefined) continue
      this.#book(score, client, !verdict.allowed, !allowed)
      for (const limit of verdict.violated) add(score.refusedBy, limit)
    }
    if (plan.rolledOut === null) return
    const score = this.#scores.get(plan.rolledOut)
    if (score === undefined) return
    let refused = false
    if (!allowed) {
      // A limit of the route has nothing to do with the candidate.
      for (const { name, violated } of limits) {
        if (!violated || !score.limits.has(name)) continue
        refused = true
        add(score.refusedBy, name)
      }
    }
    this.#book(score, client, refused, !allowed)
  }

  scores(): ReadonlyMap<string, CandidateScore> {
    return this.#scores
  }

  #book(score: Scored, client: string, wouldRefuse: boolean, liveRefused: boolean): void {
    const row = score.clients.get(client) ?? this.#client(score, client)
    score.calls++
    row.calls++
    if (wouldRefuse) {
      score.wouldRefuse++
      row.wouldRefuse++
    }
    if (liveRefused) row.liveRefused++
  }

  #client({ clients }: Scored, client: string): ClientScore {
    const name = clients.size < this.#mostClients ? client : OTHER_CLIENTS
    const known = clients.get(name)
    if (known !== undefined) return known
    const row = { client: name, calls: 0, wouldRefuse: 0, liveRefused: 0 }
    clients.set(name, row)
    return row
  }
}

function begin({ name, limits }: Candidate, key: string): Scored {
  return {
    name,
    key,
    limits: new Set(limits.map((limit) => limit.name)),
    calls: 0,
    wouldRefuse: 0,
    refusedBy: new Map(),
    clients: new Map(),
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
