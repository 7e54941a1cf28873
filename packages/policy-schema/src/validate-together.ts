import { checkCosts, checkQuotas } from './check-costs.ts'
import { checkLimitNames, checkNamesAgainstRoutes } from './check-limit-names.ts'
import { patternOf } from './pattern.ts'
import type { LimitsPolicy, Manifest, PolicyProblem } from './policy.ts'
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

/** Checks manifests against the limits in force; each problem lies with a manifest. */
export function checkTogether(limits: LimitsPolicy, manifests: readonly Manifest[]): ManifestProblem[] {
  return [...checkCosts(limits, manifests), ...checkLimitNames(limits, manifests)]
}

/** Checks new limits against the manifests in force; each problem lies with limits.json. */
export function checkLimitsAgainst(limits: LimitsPolicy, manifests: readonly Manifest[]): PolicyProblem[] {
  return [...checkQuotas(limits, manifests), ...checkNamesAgainstRoutes(limits, manifests)]
}
