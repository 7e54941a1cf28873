import { items, member, members, type PathSegment } from '../../rule.ts'
import type { LimitSet } from '../limit/limit-rule.ts'

/** A set of limits in limits.json, with the tier they are meant for. */
export interface TierLimitSet extends LimitSet {
  readonly kind: 'tier' | 'schedule' | 'override' | 'candidate'
  /** The tier's name as written; undefined for an override, which goes with its client. */
  readonly tier: unknown
}

/** Every set of limits in the document, those of tiers first. */
export function limitSets(document: unknown): TierLimitSet[] {
  return [
    ...tierSets(document),
    ...scheduleSets(document),
    ...overrideSets(document),
    ...candidateSets(document),
  ]
}

/** Every schedule with its place. */
export function schedulesOf(document: unknown): { tier: string; schedule: unknown; place: PathSegment[] }[] {
  return members(member(document, 'tiers')).flatMap(([tier, definition]) =>
    items(member(definition, 'schedules')).map((schedule, at) => ({
      tier,
      schedule,
      place: ['tiers', tier, 'schedules', at],
    })),
  )
}

/** Every override with its place. */
export function overridesOf(document: unknown): { override: unknown; place: PathSegment[] }[] {
  return items(member(document, 'overrides')).map((override, at) => ({ override, place: ['overrides', at] }))
}

/** Every candidate with its place. */
export function candidatesOf(
  document: unknown,
): { name: string; candidate: unknown; place: PathSegment[] }[] {
  return members(member(document, 'candidates')).map(([name, candidate]) => ({
    name,
    candidate,
    place: ['candidates', name],
  }))
}

function tierSets(document: unknown): TierLimitSet[] {
  return members(member(document, 'tiers')).map(([tier, definition]) => ({
    kind: 'tier',
    tier,
    place: ['tiers', tier, 'limits'],
    limits: member(definition, 'limits'),
  }))
}

function scheduleSets(document: unknown): TierLimitSet[] {
  return schedulesOf(document).map(({ tier, schedule, place }) => ({
    kind: 'schedule',
    tier,
    place: [...place, 'limits'],
    limits: member(schedule, 'limits'),
  }))
}

function overrideSets(document: unknown): TierLimitSet[] {
  return overridesOf(document).map(({ override, place }) => ({
    kind: 'override',
    tier: undefined,
    place: [...place, 'limits'],
    limits: member(override, 'limits'),
  }))
}

function candidateSets(document: unknown): TierLimitSet[] {
  return candidatesOf(document).map(({ candidate, place }) => ({
    kind: 'candidate',
    tier: member(candidate, 'tier'),
    place: [...place, 'limits'],
    limits: member(candidate, 'limits'),
  }))
}
