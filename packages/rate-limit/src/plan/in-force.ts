import {
  type Candidate,
  type LimitSpec,
  type LimitsPolicy,
  type Override,
  type Schedule,
  sameLimit,
  type Tier,
  withLimits,
} from '@stockgate/policy-schema'

/** The rules for one client at one moment, before anything is known of the single call. */
export interface RulesInForce {
  readonly tier: Tier
  readonly schedule: Schedule | null
  readonly override: Override | null
  /** Of the tier. */
  readonly candidates: readonly CandidateRules[]
  /** The tier's limits with those of the schedule. */
  readonly base: readonly LimitSpec[]
  /** How the client came by this tier, in words. */
  readonly placed: string
}

export interface CandidateRules {
  readonly candidate: Candidate
  /** Names of the limits it changes; the others it leaves to the tier. */
  readonly changed: ReadonlySet<string>
  /** All limits it would hold the client against. */
  readonly limits: readonly LimitSpec[]
}

/** Puts together what was found for a client; schedules change the tier, candidates that, overrides all of it. */
export function rulesInForce(
  policy: LimitsPolicy,
  clientId: string | null,
  tier: Tier,
  schedule: Schedule | null,
  override: Override | null,
): RulesInForce {
  const base = withLimits(tier.limits, schedule?.limits ?? [])
  const candidates = Object.values(policy.candidates)
    .filter((candidate) => candidate.tier === tier.name)
    .map((candidate): CandidateRules => {
      const named = candidate.limits.filter((limit) => !tier.limits.some((own) => sameLimit(own, limit)))
      const limits = withLimits(withLimits(base, named), override?.limits ?? [])
      return { candidate, changed: new Set(named.map(({ name }) => name)), limits }
    })
  return { tier, schedule, override, candidates, base, placed: placed(policy, clientId, tier) }
}

function placed({ clients }: LimitsPolicy, clientId: string | null, { name }: Tier): string {
  if (clientId === null) return `calls without a client are in tier "${name}"`
  return clients[clientId] === undefined
    ? `client "${clientId}" is not listed and so in tier "${name}"`
    : `client "${clientId}" is in tier "${name}"`
}
