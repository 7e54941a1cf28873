import type { LimitsDocument } from './limits-schema.ts'
import { readMoment } from './moment.ts'
import { DEFAULT_ZONE, normaliseLimits, withLimits } from './normalise-limit.ts'
import type {
  Candidate,
  Guardrail,
  LimitsPolicy,
  OnStoreFailure,
  Override,
  Partition,
  Schedule,
  Tier,
} from './policy.ts'

export const DEFAULT_MIN_CALLS = 100

type Written<Key extends 'overrides' | 'candidates'> = NonNullable<LimitsDocument[Key]>

/** A valid document with every default filled in, frozen throughout. */
export function normalisePolicy(document: LimitsDocument): LimitsPolicy {
  const tiers = record(
    document.tiers,
    (name, tier): Tier =>
      Object.freeze({
        name,
        per: (tier.per ?? (name === document.anonymousTier ? 'address' : 'client')) as Partition,
        limits: normaliseLimits(tier.limits),
        schedules: Object.freeze((tier.schedules ?? []).map(schedule)),
        onStoreFailure: (tier.onStoreFailure ?? 'share') as OnStoreFailure,
        legacyHeaders: tier.legacyHeaders ?? false,
      }),
  )
  return Object.freeze({
    tiers,
    clients: record(document.clients, (_, tier) => tier),
    defaultTier: document.defaultTier,
    anonymousTier: document.anonymousTier,
    overrides: Object.freeze((document.overrides ?? []).map(override)),
    candidates: record(document.candidates ?? {}, (name, written) => candidate(name, written, tiers)),
  })
}

/** The days of a schedule as they are written; the first is day 1. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

function schedule(written: NonNullable<LimitsDocument['tiers'][string]['schedules']>[number]): Schedule {
  return Object.freeze({
    name: written.name,
    days: Object.freeze(
      written.days.map((day) => DAYS.indexOf(day as (typeof DAYS)[number]) + 1).sort((a, b) => a - b),
    ),
    from: minutesOf(written.from),
    until: minutesOf(written.until),
    timeZone: written.timeZone ?? DEFAULT_ZONE,
    limits: normaliseLimits(written.limits),
  })
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}

function override(written: Written<'overrides'>[number]): Override {
  return Object.freeze({
    id: written.id,
    client: written.client,
    tier: written.tier ?? null,
    limits: normaliseLimits(written.limits),
    from: readMoment(written.from) as number,
    until: readMoment(written.until) as number,
    reason: written.reason,
  })
}

function candidate(
  name: string,
  written: Written<'candidates'>[string],
  tiers: LimitsPolicy['tiers'],
): Candidate {
  return Object.freeze({
    name,
    tier: written.tier,
    limits: withLimits((tiers[written.tier] as Tier).limits, normaliseLimits(written.limits)),
    rolloutPercent: written.rollout?.percent ?? 0,
    guardrail: guardrail(written.guardrail),
  })
}

function guardrail(written: Written<'candidates'>[string]['guardrail']): Guardrail | null {
  if (!written) return null
  return Object.freeze({
    protect: Object.freeze([...(written.protect ?? [])]),
    maxRefused: written.maxRefused,
    minCalls: written.minCalls ?? DEFAULT_MIN_CALLS,
  })
}

function record<From, To>(
  from: Readonly<Record<string, From>>,
  make: (name: string, value: From) => To,
): Readonly<Record<string, To>> {
  const made: Record<string, To> = Object.create(null)
  for (const [name, value] of Object.entries(from)) made[name] = make(name, value)
  return Object.freeze(made)
}
