import { patternOf } from './pattern.ts'
import type { LimitsPolicy, Manifest, PolicyProblem, Tier } from './policy.ts'
import { pointerTo } from './rule.ts'

/** A problem that only shows among several documents; it lies with the manifest at this place of the list. */
export interface ManifestProblem extends PolicyProblem {
  readonly manifest: number
}

/**
 * Checks manifests against each other. What is claimed twice belongs to the manifest that stands first; the
 * problem lies with the later one.
 */
export function validateManifests(
  manifests: readonly Manifest[],
):
  | { readonly ok: true; readonly manifests: readonly Manifest[] }
  | { readonly ok: false; readonly problems: readonly ManifestProblem[] } {
  const problems = [...repeatedServices(manifests), ...repeatedClaims(manifests)]
  return problems.length > 0 ? { ok: false, problems } : { ok: true, manifests }
}

function repeatedServices(manifests: readonly Manifest[]): ManifestProblem[] {
  return manifests.flatMap(({ service }, manifest) => {
    const first = manifests.findIndex((other) => other.service === service)
    if (first === manifest) return []
    const message = `another manifest is already named "${service}": give each service one gateway.json and its own name`
    return [{ manifest, pointer: '#/service', rule: 'service-repeated', message }]
  })
}

function repeatedClaims(manifests: readonly Manifest[]): ManifestProblem[] {
  const problems: ManifestProblem[] = []
  const owners = new Map<string, Manifest>()
  for (const [index, manifest] of manifests.entries()) {
    for (const [at, { path, methods }] of manifest.routes.entries()) {
      const taken = methods.flatMap((method) => {
        const claim = `${method} ${patternOf(path)}`
        const owner = owners.get(claim)
        if (owner === undefined) owners.set(claim, manifest)
        return owner === undefined || owner === manifest ? [] : [{ method, owner }]
      })
      const [first] = taken
      if (!first) continue
      problems.push({
        manifest: index,
        pointer: pointerTo('routes', at),
        rule: 'route-claimed',
        message: `${taken.map(({ method }) => method).join(', ')} ${path} belongs to ${first.owner.service}: choose another path or agree who serves it`,
      })
    }
  }
  return problems
}

/**
 * Checks that every route can be called at all: a cost above the quota of a limit never fits it. A public route is
 * measured by the anonymous tier, any other by all tiers a client can be in.
 */
export function checkCosts(limits: LimitsPolicy, manifests: readonly Manifest[]): ManifestProblem[] {
  const smallest = {
    public: smallestQuota([limits.anonymousTier], limits),
    bearer: smallestClientQuota(limits),
  }
  return manifests.flatMap(({ routes }, manifest) =>
    routes.flatMap(({ auth, cost, path }, at) => {
      const { quota, limit, tier } = smallest[auth]
      if (cost <= quota) return []
      return [
        {
          manifest,
          pointer: pointerTo('routes', at, 'cost'),
          rule: 'cost-fits',
          message: `${path} costs ${cost}, more than the ${limit} limit of tier ${tier} ever admits: write at most ${quota}, or raise that quota`,
        },
      ]
    }),
  )
}

function smallestClientQuota(limits: LimitsPolicy): SmallestQuota {
  const reachable = [...Object.values(limits.clients), limits.defaultTier]
  const names = Object.keys(limits.tiers).filter(
    (name) => name !== limits.anonymousTier || reachable.includes(name),
  )
  return smallestQuota(names, limits)
}

interface SmallestQuota {
  readonly quota: number
  readonly limit: string
  readonly tier: string
}

function smallestQuota(names: readonly string[], limits: LimitsPolicy): SmallestQuota {
  return names
    .map((name) => limits.tiers[name] as Tier)
    .flatMap(({ name: tier, limits }) => limits.map(({ name: limit, quota }) => ({ quota, limit, tier })))
    .reduce((least, next) => (next.quota < least.quota ? next : least))
}
