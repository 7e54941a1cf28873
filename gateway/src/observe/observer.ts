import type { Decision } from '@stockgate/rate-limit'
import type { Logger } from 'pino'
import type { Fleet } from '../fleet/index.ts'
import type { PolicyRevisions, PolicySnapshot, PolicyStore } from '../policy/index.ts'
import { CandidateScores } from './candidate-scores.ts'
import { type CandidateSummary, mergeScores, readScore, summaryOf } from './candidate-summary.ts'
import { ClientActivities } from './client-activity.ts'
import { AskAround, type Found } from './explain/index.ts'
import { Guardrails } from './guardrail/guardrails.ts'
import { slotOf } from './last-minute.ts'
import { LimitTallies } from './limit-tallies.ts'
import type { DecisionListener, DecisionRecords } from './records.ts'
import { bounded, mergeTops, readTop, type TopSummary } from './top-summary.ts'

const TELL_EVERY_MS = 1_000
const TOP = 'top'
const CANDIDATES = 'candidates'
const NEAR = 0.8

export interface ObserverOptions {
  readonly policy: PolicyStore
  readonly revisions: PolicyRevisions
  readonly fleet: Fleet
  readonly records: DecisionRecords
  readonly log: Logger
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/** Counts what is decided, watches over rollouts and shares what it has seen with the other gateways. */
export interface Observer {
  /** Stands in the way of every request. */
  readonly onDecision: DecisionListener
  readonly tallies: LimitTallies
  readonly scores: CandidateScores
  readonly guardrails: Guardrails
  /** The last minute over all live gateways. */
  top(): Promise<TopSummary>
  /** Looks for a request on all live gateways. */
  find(requestId: string): Promise<Found>
  /** The score of a candidate over all live gateways. */
  candidate(name: string): Promise<CandidateSummary>
  close(): void
}

/** Begins to count, and to tell the fleet once a second. */
export function startObserver({ policy, revisions, fleet, records, log, clock }: ObserverOptions): Observer {
  const tallies = new LimitTallies()
  const clients = new ClientActivities()
  const scores = new CandidateScores()
  const guardrails = new Guardrails({ revisions, log, gateway: fleet.id })
  const around = new AskAround(fleet, records)
  let known: PolicySnapshot | undefined

  const adopt = (): void => {
    const current = policy.current()
    if (current === known) return
    known = current
    scores.adopt(current)
    guardrails.adopt(current)
  }

  const onDecision: DecisionListener = (plan, decision, clientId, now) => {
    adopt()
    const { allowed, limits, decidedBy } = decision
    const slot = slotOf(now)
    const by = tallies.decisions[decidedBy]
    if (allowed) by.admitted++
    else by.refused++
    const client = clients.of(clientId, plan.owner, now)
    client.tier = plan.tier
    client.calls.add(slot)
    if (!allowed) client.refused.add(slot)
    const whole = isWhole(decision)
    for (let index = 0; index < limits.length; index++) {
      const { name, violated, remaining, quota } = limits[index] as Decision['limits'][number]
      const row = tallies.of(plan.tier, name)
      row.total++
      if (violated) {
        row.refused++
        row.refusedLately.add(slot)
      }
      if (!whole) continue
      const used = violated ? 1 : 1 - remaining / quota
      if (used >= NEAR && !violated) row.near++
      client.nearest.add(slot, used, name)
    }
    scores.count(plan, decision, client.client)
    guardrails.count(plan, decision)
  }

  const ownTop = (): TopSummary => {
    const now = clock()
    const refusedBy = tallies.rows().map(({ tier, limit, refusedLately }) => {
      return { tier, limit, refused: refusedLately.sum(slotOf(now)) }
    })
    return { clients: clients.told(now), refusedBy }
  }

  const ownScore = (name: string, most: number): CandidateSummary[] => {
    adopt()
    const score = scores.scores().get(name)
    return score === undefined ? [] : [summaryOf(score, most)]
  }

  const others = async (bulletin: string): Promise<unknown[]> =>
    (await fleet.members()).filter(({ id }) => id !== fleet.id).map(({ bulletins }) => bulletins[bulletin])

  const tell = (): void => {
    adopt()
    guardrails.retry()
    void around.answer()
    if (fleet.size() === 1) return
    fleet.publish(TOP, bounded(ownTop()))
    const told = [...scores.scores().values()].map((score) => [score.name, summaryOf(score)])
    fleet.publish(CANDIDATES, Object.fromEntries(told))
  }

  adopt()
  const timer = setInterval(tell, TELL_EVERY_MS).unref()
  return {
    onDecision,
    tallies,
    scores,
    guardrails,
    top: async () => {
      const told = (await others(TOP)).map(readTop).filter((top) => top !== undefined)
      return mergeTops([ownTop(), ...told])
    },
    find: (requestId) => around.find(requestId),
    candidate: async (name) => {
      const told = (await others(CANDIDATES)).map((bulletin) => readScore(bulletin, name))
      return mergeScores([...ownScore(name, Number.POSITIVE_INFINITY), ...told])
    },
    close: () => clearInterval(timer),
  }
}

/** A share of a limit is nearly used up sooner than the limit, and without counters nothing is known. */
function isWhole({ decidedBy }: Decision): boolean {
  return decidedBy === 'redis' || decidedBy === 'memory'
}
