import { sameLimit } from '../normalise-limit.ts'
import type { Candidate, LimitSpec, LimitsPolicy } from '../policy.ts'
import { pointerTo } from '../rule.ts'
import type { LimitsChange } from './change.ts'
import { diffLimitLists } from './limit-lists.ts'
import { either, listed, reordered } from './sides.ts'

/** Candidates that come, go, change or reach more or fewer clients. */
export function candidateChanges(before: LimitsPolicy, after: LimitsPolicy): LimitsChange[] {
  const changes = either(before.candidates, after.candidates).flatMap(([name, was, is]): LimitsChange[] => {
    const change = (key: string | null, words: string): LimitsChange => ({
      kind: 'candidate',
      path: pointerTo('candidates', name, ...(key === null ? [] : [key])),
      tier: (is ?? was)?.tier as string,
      text: `candidate "${name}" of tier "${(is ?? was)?.tier}" ${words}`,
    })
    if (!was && is)
      return [
        change(
          null,
          `is new: ${listed(changedBy(is, after)) || 'nothing differs'}, in force for ${is.rolloutPercent} % of its clients`,
        ),
      ]
    if (was && !is)
      return [change(null, `is gone, it was in force for ${was.rolloutPercent} % of its clients`)]
    if (!was || !is) return []
    const limits = limitChanges(changedBy(was, before), changedBy(is, after)).map((words) =>
      change('limits', words),
    )
    const tier = was.tier === is.tier ? [] : [change('tier', `was one of tier "${was.tier}"`)]
    const rollout =
      was.rolloutPercent === is.rolloutPercent
        ? []
        : [
            change(
              'rollout',
              `is in force for ${is.rolloutPercent} % of its clients, before ${was.rolloutPercent} %`,
            ),
          ]
    const guardrail =
      guardrailWords(was) === guardrailWords(is)
        ? []
        : [change('guardrail', `is watched by ${guardrailWords(is)}, before by ${guardrailWords(was)}`)]
    return [...tier, ...limits, ...rollout, ...guardrail]
  })
  const order = reordered(Object.keys(before.candidates), Object.keys(after.candidates))
  if (!order) return changes
  const text = `of two candidates rolled out to a client the first wins, now in the order ${order.join(', ')}`
  return [...changes, { kind: 'candidate', path: pointerTo('candidates'), text }]
}

function limitChanges(was: readonly LimitSpec[], is: readonly LimitSpec[]): string[] {
  const left = was.filter(({ name }) => !is.some((limit) => limit.name === name))
  return [
    ...diffLimitLists(
      was.filter((limit) => !left.includes(limit)),
      is,
    ).map(({ words }) => `has changed: ${words}`),
    ...left.map(({ name }) => `no longer changes ${name}`),
  ]
}

/** The limits a candidate does not share with its tier. */
function changedBy({ tier, limits }: Candidate, { tiers }: LimitsPolicy): readonly LimitSpec[] {
  return limits.filter((limit) => !tiers[tier]?.limits.some((own) => sameLimit(own, limit)))
}

function guardrailWords({ guardrail }: Candidate): string {
  if (!guardrail) return 'no guardrail'
  const { protect, maxRefused, minCalls } = guardrail
  const whom = protect.length > 0 ? protect.join(', ') : 'every client in the rollout'
  return `a guardrail of ${Number((maxRefused * 100).toFixed(4))} % refused after ${minCalls} calls for ${whom}`
}
