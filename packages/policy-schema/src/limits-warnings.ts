import { inWords } from './limit-words.ts'
import { sameLimit, withLimits } from './normalise-limit.ts'
import type { LimitSpec, LimitsPolicy, PolicyProblem } from './policy.ts'
import { type PathSegment, pointerTo } from './rule.ts'

/** What a valid policy probably does not mean. None of it keeps the policy from being used. */
export function limitsWarnings(policy: LimitsPolicy): PolicyProblem[] {
  return [...setsInForce(policy).flatMap(neverHit), ...guardrails(policy), ...rollouts(policy)]
}

interface SetInForce {
  readonly place: readonly PathSegment[]
  readonly what: string
  readonly limits: readonly LimitSpec[]
  /** Those written at this place; what the others mean together is told where they are written. */
  readonly own: readonly LimitSpec[]
}

/** Every list of limits that can be in force together, as it is then. */
function setsInForce({ tiers, clients, defaultTier, overrides, candidates }: LimitsPolicy): SetInForce[] {
  return [
    ...Object.values(tiers).flatMap(({ name, limits, schedules }): SetInForce[] => [
      { place: ['tiers', name], what: `tier "${name}"`, limits, own: limits },
      ...schedules.map((schedule, at) => ({
        place: ['tiers', name, 'schedules', at],
        what: `schedule "${schedule.name}"`,
        limits: withLimits(limits, schedule.limits),
        own: schedule.limits,
      })),
    ]),
    ...overrides.map(({ id, client, tier, limits }, at) => ({
      place: ['overrides', at],
      what: `override ${id}`,
      limits: withLimits(tiers[tier ?? clients[client] ?? defaultTier]?.limits ?? [], limits),
      own: limits,
    })),
    ...Object.values(candidates).map(({ name, tier, limits }) => ({
      place: ['candidates', name],
      what: `candidate "${name}"`,
      limits,
      own: limits.filter((limit) => !tiers[tier]?.limits.some((one) => sameLimit(one, limit))),
    })),
  ]
}

function neverHit({ place, what, limits, own }: SetInForce): PolicyProblem[] {
  return limits.flatMap((limit) => {
    const tighter = limits.find(
      (other) => other !== limit && alwaysFirst(other, limit) && (own.includes(limit) || own.includes(other)),
    )
    if (!tighter) return []
    const message = `${inWords(limit)} of ${what} is never reached, ${inWords(tighter)} always comes first: raise that one, or take ${limit.name} out`
    return [{ pointer: pointerTo(...place), rule: 'limit-never-hit', message }]
  })
}

/** Whether whoever hits `limit` has hit `tighter` already. */
function alwaysFirst(tighter: LimitSpec, limit: LimitSpec): boolean {
  if (tighter.per !== limit.per) return false
  if (tighter.kind === 'rate' && limit.kind === 'rate') {
    const slower = tighter.quota * limit.window - limit.quota * tighter.window
    return (
      tighter.quota <= limit.quota &&
      slower <= 0 &&
      // Of two that say the same one is enough; the first of them stays.
      (tighter.quota < limit.quota || slower < 0 || tighter.name < limit.name)
    )
  }
  if (tighter.kind !== 'calendar' || limit.kind !== 'calendar') return false
  return (
    tighter.period === 'month' &&
    limit.period === 'day' &&
    tighter.timeZone === limit.timeZone &&
    tighter.quota < limit.quota
  )
}

function guardrails({ candidates, clients, defaultTier }: LimitsPolicy): PolicyProblem[] {
  return Object.values(candidates).flatMap(({ name, tier, guardrail, rolloutPercent }) => {
    const outside = (guardrail?.protect ?? []).filter((client) => (clients[client] ?? defaultTier) !== tier)
    const problems: PolicyProblem[] = outside.map((client) => ({
      pointer: pointerTo('candidates', name, 'guardrail', 'protect', guardrail?.protect.indexOf(client) ?? 0),
      rule: 'protected-elsewhere',
      message: `client "${client}" is not in tier "${tier}", so its calls are not watched: take it out, or move it`,
    }))
    if (rolloutPercent > 0 && !guardrail) {
      const message = `candidate "${name}" is rolled out to ${rolloutPercent} % unwatched: give it a guardrail`
      problems.push({ pointer: pointerTo('candidates', name), rule: 'rollout-unguarded', message })
    }
    return problems
  })
}

function rollouts({ candidates }: LimitsPolicy): PolicyProblem[] {
  const out = Object.values(candidates).filter(({ rolloutPercent }) => rolloutPercent > 0)
  return out.flatMap(({ name, tier }, at) => {
    const earlier = out.slice(0, at).find((other) => other.tier === tier)
    if (!earlier) return []
    const message = `"${earlier.name}" of the same tier is rolled out too and comes first: a client in both gets "${earlier.name}"`
    return [{ pointer: pointerTo('candidates', name, 'rollout'), rule: 'rollouts-overlap', message }]
  })
}
