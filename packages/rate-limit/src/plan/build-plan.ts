import { type LimitSpec, type Partition, withLimits, writeMoment } from '@stockgate/policy-schema'
import type { Counter, Group } from '../charge.ts'
import type { CallerFacts, LimitPlan, RouteFacts } from '../plan.ts'
import { counterId, partyOf } from './counter-id.ts'
import type { CandidateRules, RulesInForce } from './in-force.ts'
import { inRollout, isGuarded } from './rollout.ts'

/** The plan for one caller on one route while the rules stay as they are. */
export function buildPlan(
  rules: RulesInForce,
  ownerPer: Partition,
  caller: CallerFacts,
  route: RouteFacts,
): LimitPlan {
  const owner = partyOf(ownerPer, caller)
  const subject = caller.clientId ?? `address:${caller.address}`
  const rollout = rules.candidates.find(({ candidate }) => inRollout(candidate, subject)) ?? null
  const counter = (set: string, spec: LimitSpec): Counter =>
    Object.freeze({ spec, id: counterId(owner, set, spec, caller) })
  const live = group(null, [
    ...liveLimits(rules, rollout).map(([set, spec]) => counter(set, spec)),
    ...route.limits.map((spec) => counter(`route-${route.service}`, spec)),
  ])
  const scored = rules.candidates
    .filter((candidate) => candidate !== rollout)
    .map(({ candidate, limits }) =>
      group(
        candidate.name,
        limits.map((spec) => counter(`candidate-${candidate.name}`, spec)),
      ),
    )
  return Object.freeze({
    tier: rules.tier.name,
    rule: ruleText(rules, rollout),
    owner,
    groups: Object.freeze([live, ...scored] as const),
    onStoreFailure: rules.tier.onStoreFailure,
    legacyHeaders: rules.tier.legacyHeaders,
    rolledOut: rollout?.candidate.name ?? null,
    guarded: rollout !== null && isGuarded(rollout.candidate, caller.clientId),
  })
}

/**
 * The limits in force, each with the set its counter belongs to. A rollout goes on with the counters its scoring has
 * warmed; limits that it leaves as they are go on with the tier's, so nobody gets a new day's quota by it.
 */
function liveLimits(
  { tier, base, override }: RulesInForce,
  rollout: CandidateRules | null,
): [set: string, spec: LimitSpec][] {
  if (!rollout) return withLimits(base, override?.limits ?? []).map((spec) => [tier.name, spec])
  const set = `candidate-${rollout.candidate.name}`
  return rollout.limits.map((spec) => [rollout.changed.has(spec.name) ? set : tier.name, spec])
}

function group(candidate: string | null, counters: readonly Counter[]): Group {
  return Object.freeze({ candidate, counters: Object.freeze(counters) })
}

/** The rules that changed something, the strongest first; else how the client came by its tier. */
function ruleText(
  { tier, schedule, override, placed }: RulesInForce,
  rollout: CandidateRules | null,
): string {
  const rules = [
    override && `override ${override.id} until ${writeMoment(override.until)}`,
    rollout && `rollout of candidate "${rollout.candidate.name}" to ${rollout.candidate.rolloutPercent} %`,
    schedule && `schedule "${schedule.name}" of tier "${tier.name}"`,
  ].filter((rule) => rule !== null)
  return rules.length === 0 ? placed : rules.join(', over ')
}
