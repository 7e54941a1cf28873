import type { LimitSpec, LimitsPolicy, Manifest, PolicyProblem } from './policy.ts'
import { type PathSegment, pointerTo } from './rule.ts'
import type { ManifestProblem } from './validate-together.ts'

/**
 * Checks that no limit of a route is called like one of a tier: answers name limits, and a client could not tell
 * which of the two it hit. The problems lie with the manifests.
 */
export function checkLimitNames(limits: LimitsPolicy, manifests: readonly Manifest[]): ManifestProblem[] {
  const taken = placesOf(limits)
  return manifests.flatMap(({ routes }, manifest) =>
    routes.flatMap((route, at) =>
      route.limits.flatMap(({ name }) => {
        const owner = taken.find((place) => place.name === name)
        if (!owner) return []
        return [
          {
            manifest,
            pointer: pointerTo('routes', at, 'limits', name),
            rule: 'limit-name-taken',
            message: `${owner.of} has a limit "${name}" already: give the route's limit another name`,
          },
        ]
      }),
    ),
  )
}

/** The same question the other way round: the problems lie with the new limits, the manifests are in force. */
export function checkNamesAgainstRoutes(
  limits: LimitsPolicy,
  manifests: readonly Manifest[],
): PolicyProblem[] {
  return placesOf(limits).flatMap(({ name, place }) => {
    const manifest = manifests.find(({ routes }) => routes.some((route) => has(route.limits, name)))
    if (!manifest) return []
    return [
      {
        pointer: pointerTo(...place, 'limits', name),
        rule: 'limit-name-taken',
        message: `a route of ${manifest.service} has a limit "${name}" already: choose another name`,
      },
    ]
  })
}

interface Place {
  readonly name: string
  readonly of: string
  readonly place: readonly PathSegment[]
}

function placesOf({ tiers, overrides, candidates }: LimitsPolicy): Place[] {
  const named = (limits: readonly LimitSpec[], of: string, place: readonly PathSegment[]): Place[] =>
    limits.map(({ name }) => ({ name, of, place }))
  return [
    ...Object.values(tiers).flatMap(({ name, limits, schedules }) => [
      ...named(limits, `tier ${name}`, ['tiers', name]),
      ...schedules.flatMap((schedule, at) =>
        named(schedule.limits, `schedule ${schedule.name}`, ['tiers', name, 'schedules', at]),
      ),
    ]),
    ...overrides.flatMap(({ id, limits }, at) => named(limits, `override ${id}`, ['overrides', at])),
    ...Object.values(candidates).flatMap(({ name, tier, limits }) =>
      named(
        limits.filter((limit) => !tiers[tier]?.limits.includes(limit)),
        `candidate ${name}`,
        ['candidates', name],
      ),
    ),
  ]
}

function has(limits: readonly LimitSpec[], name: string): boolean {
  return limits.some((limit) => limit.name === name)
}
