import type { LimitsDocument } from './limits-schema.ts'
import { writeMoment } from './moment.ts'
import { DEFAULT_ZONE, sameLimit, writeLimitSpecs } from './normalise-limit.ts'
import { DAYS, DEFAULT_MIN_CALLS } from './normalise-limits.ts'
import type { Candidate, Guardrail, LimitsPolicy, Override, Schedule, Tier } from './policy.ts'

/**
 * The written form of a policy, which validateLimits reads back into the same. What goes without saying is left
 * out, so a plain limits.json comes out as it was written.
 */
export function writeLimits(policy: LimitsPolicy): LimitsDocument {
  const { tiers, clients, defaultTier, anonymousTier, overrides, candidates } = policy
  return {
    tiers: mapped(tiers, (tier) => writeTier(tier, anonymousTier)),
    clients: mapped(clients, (tier) => tier),
    defaultTier,
    anonymousTier,
    ...(overrides.length > 0 && { overrides: overrides.map(writeOverride) }),
    ...(Object.keys(candidates).length > 0 && {
      candidates: mapped(candidates, (candidate) => writeCandidate(candidate, tiers[candidate.tier] as Tier)),
    }),
  }
}

function writeTier(tier: Tier, anonymousTier: string): LimitsDocument['tiers'][string] {
  const { name, per, limits, schedules, onStoreFailure, legacyHeaders } = tier
  return {
    limits: writeLimitSpecs(limits),
    ...(per !== (name === anonymousTier ? 'address' : 'client') && { per }),
    ...(onStoreFailure !== 'share' && { onStoreFailure }),
    ...(legacyHeaders && { legacyHeaders }),
    ...(schedules.length > 0 && { schedules: schedules.map(writeSchedule) }),
  }
}

function writeSchedule({ name, days, from, until, timeZone, limits }: Schedule) {
  return {
    name,
    days: days.map((day) => DAYS[day - 1] as string),
    from: timeOf(from),
    until: timeOf(until),
    ...(timeZone !== DEFAULT_ZONE && { timeZone }),
    limits: writeLimitSpecs(limits),
  }
}

/** Minutes since midnight as a clock shows them. */
export function timeOf(minutes: number): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

function writeOverride({ id, client, tier, limits, from, until, reason }: Override) {
  return {
    id,
    client,
    ...(tier !== null && { tier }),
    ...(limits.length > 0 && { limits: writeLimitSpecs(limits) }),
    from: writeMoment(from),
    until: writeMoment(until),
    reason,
  }
}

function writeCandidate({ tier, limits, rolloutPercent, guardrail }: Candidate, { limits: own }: Tier) {
  const differing = limits.filter((limit) => !own.some((one) => sameLimit(one, limit)))
  return {
    tier,
    // A candidate that has become the tier still names limits.
    limits: writeLimitSpecs(differing.length > 0 ? differing : limits),
    ...(rolloutPercent > 0 && { rollout: { percent: rolloutPercent } }),
    ...(guardrail && { guardrail: writeGuardrail(guardrail) }),
  }
}

function writeGuardrail({ protect, maxRefused, minCalls }: Guardrail) {
  return {
    ...(protect.length > 0 && { protect: [...protect] }),
    maxRefused,
    ...(minCalls !== DEFAULT_MIN_CALLS && { minCalls }),
  }
}

function mapped<From, To>(
  from: Readonly<Record<string, From>>,
  make: (value: From) => To,
): Record<string, To> {
  // Not by assignment, which for a client called `__proto__` would do something else.
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, make(value)]))
}
