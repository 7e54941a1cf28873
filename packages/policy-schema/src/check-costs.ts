import type { LimitSpec, LimitsPolicy, Manifest, Override, PolicyProblem, Tier } from './policy.ts'
import { type PathSegment, pointerTo } from './rule.ts'
import type { ManifestProblem } from './validate-together.ts'

/** A quota that some call may be held against. */
interface Quota {
  readonly quota: number
  readonly limit: string
  /** What has it: `tier standard`, `schedule "office-hours" of tier standard`. */
  readonly of: string
  readonly place: readonly PathSegment[]
}

type Smallest = Readonly<Record<'public' | 'bearer', Quota | undefined>>

/**
 * Checks that every route can be called at all: a cost above the quota of a limit never fits it, whether the tier,
 * a schedule or a candidate has it. A public route is measured by the anonymous tier, any other by all tiers a client
 * can be in. The problems lie with the manifests; so overrides do not count: a lease of one client must not take
 * the routes of a service from all the others.
 */
export function checkCosts(limits: LimitsPolicy, manifests: readonly Manifest[]): ManifestProblem[] {
  const smallest = smallestQuotas(limits)
  return manifests.flatMap(({ routes }, manifest) =>
    routes.flatMap(({ auth, cost, path }, at) => {
      const least = smallest[auth]
      if (!least || cost <= least.quota) return []
      return [
        {
          manifest,
          pointer: pointerTo('routes', at, 'cost'),
          rule: 'cost-fits',
          message: `${path} costs ${cost}, more than the ${least.limit} limit of ${least.of} ever admits: write at most ${least.quota}, or raise that quota`,
        },
      ]
    }),
  )
}

/**
 * The same question the other way round: the problems lie with the new limits, the manifests are in force. Overrides
 * that are not over at `now`, in milliseconds since the epoch, count too.
 */
export function checkQuotas(
  limits: LimitsPolicy,
  manifests: readonly Manifest[],
  now = Date.now(),
): PolicyProblem[] {
  const routes = manifests.flatMap(({ service, routes }) => routes.map((route) => ({ service, ...route })))
  const dearest = (auth: 'public' | 'bearer') =>
    routes.filter((route) => route.auth === auth).sort((a, b) => b.cost - a.cost)[0]
  const overrides = limits.overrides.filter(({ until }) => until > now)
  const told = new Set<string>()
  return (['public', 'bearer'] as const).flatMap((auth) => {
    const route = dearest(auth)
    if (!route) return []
    return quotasFor(auth, limits, overrides)
      .filter(({ quota }) => quota < route.cost)
      .flatMap(({ limit, of, place }) => {
        const pointer = pointerTo(...place)
        if (told.has(pointer)) return []
        told.add(pointer)
        const message = `the route of ${route.service} ${route.path} costs ${route.cost} and never fits the ${limit} limit of ${of}: write at least ${route.cost}, or lower that cost`
        return [{ pointer, rule: 'cost-fits', message }]
      })
  })
}

function smallestQuotas(limits: LimitsPolicy): Smallest {
  const smallest = (auth: 'public' | 'bearer'): Quota | undefined =>
    quotasFor(auth, limits, []).reduce<Quota | undefined>(
      (least, next) => (least && least.quota <= next.quota ? least : next),
      undefined,
    )
  return { public: smallest('public'), bearer: smallest('bearer') }
}

function quotasFor(auth: 'public' | 'bearer', limits: LimitsPolicy, overrides: readonly Override[]): Quota[] {
  const { tiers, clients, defaultTier, anonymousTier, candidates } = limits
  if (auth === 'public') return quotasOfTier(tiers[anonymousTier] as Tier, candidates)
  const places = new Map(limits.overrides.map(({ id }, at) => [id, at]))
  const reachable = new Set([...Object.values(clients), defaultTier, ...overrides.map(({ tier }) => tier)])
  return [
    ...Object.values(tiers)
      .filter(({ name }) => name !== anonymousTier || reachable.has(name))
      .flatMap((tier) => quotasOfTier(tier, candidates)),
    ...overrides.flatMap(({ id, client, limits: own }) =>
      quotasOf(own, `override ${id} of client ${client}`, ['overrides', places.get(id) as number]),
    ),
  ]
}

function quotasOfTier(tier: Tier, candidates: LimitsPolicy['candidates']): Quota[] {
  const place = ['tiers', tier.name]
  return [
    ...quotasOf(tier.limits, `tier ${tier.name}`, place),
    ...tier.schedules.flatMap(({ name, limits }, at) =>
      quotasOf(limits, `schedule ${name} of tier ${tier.name}`, [...place, 'schedules', at]),
    ),
    ...Object.values(candidates)
      .filter((candidate) => candidate.tier === tier.name)
      .flatMap(({ name, limits }) =>
        // Those it shares with the tier are told there.
        quotasOf(
          limits.filter((limit) => !tier.limits.includes(limit)),
          `candidate ${name}`,
          ['candidates', name],
        ),
      ),
  ]
}

/** A request takes its cost from each rate and calendar quota; in flight it takes one place whatever it costs. */
function quotasOf(limits: readonly LimitSpec[], of: string, place: readonly PathSegment[]): Quota[] {
  return limits
    .filter(({ kind }) => kind !== 'concurrency')
    .map(({ name, quota }) => ({ quota, limit: name, of, place: [...place, 'limits', name, 'quota'] }))
}
