import type { CandidateScore, ClientScore } from './candidate-scores.ts'

/** The score of one candidate, of one gateway or of several, as it goes from gateway to gateway. */
export interface CandidateSummary {
  readonly calls: number
  readonly wouldRefuse: number
  readonly refusedBy: Readonly<Record<string, number>>
  /** Those it would refuse most first. */
  readonly clients: readonly Readonly<ClientScore>[]
}

export type CandidateSummaries = Readonly<Record<string, CandidateSummary>>

/** How many clients a gateway tells the others. */
const TOLD = 50
/** How many an operator is shown. */
const SHOWN = 200

const NOTHING: CandidateSummary = { calls: 0, wouldRefuse: 0, refusedBy: {}, clients: [] }

/** A score as it is now, with the clients it concerns most. */
export function summaryOf(score: CandidateScore, most = TOLD): CandidateSummary {
  const { calls, wouldRefuse, refusedBy, clients } = score
  return {
    calls,
    wouldRefuse,
    refusedBy: Object.fromEntries(refusedBy),
    clients: mostConcerned([...clients.values()], most).map((client) => ({ ...client })),
  }
}

/** One score of what several gateways counted. */
export function mergeScores(scores: readonly CandidateSummary[]): CandidateSummary {
  const refusedBy = new Map<string, number>()
  const clients = new Map<string, ClientScore>()
  let { calls, wouldRefuse } = NOTHING
  for (const score of scores) {
    calls += score.calls
    wouldRefuse += score.wouldRefuse
    for (const [limit, refused] of Object.entries(score.refusedBy))
      refusedBy.set(limit, (refusedBy.get(limit) ?? 0) + refused)
    for (const one of score.clients) {
      const known = clients.get(one.client)
      if (known === undefined) {
        clients.set(one.client, { ...one })
        continue
      }
      known.calls += one.calls
      known.wouldRefuse += one.wouldRefuse
      known.liveRefused += one.liveRefused
    }
  }
  const shown = mostConcerned([...clients.values()], SHOWN)
  return { calls, wouldRefuse, refusedBy: Object.fromEntries(refusedBy), clients: shown }
}

/** What a gateway of another version tells may be something else: then it counts for nothing. */
export function readScore(bulletin: unknown, name: string): CandidateSummary {
  const told = bulletin !== null && typeof bulletin === 'object' && Object.hasOwn(bulletin, name)
  const score = told ? (bulletin as CandidateSummaries)[name] : undefined
  return Array.isArray(score?.clients) && typeof score.calls === 'number' ? score : NOTHING
}

function mostConcerned<C extends Readonly<ClientScore>>(clients: readonly C[], most: number): C[] {
  return clients.toSorted((a, b) => b.wouldRefuse - a.wouldRefuse || b.calls - a.calls).slice(0, most)
}
