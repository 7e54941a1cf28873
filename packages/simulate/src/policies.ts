import type { LimitsPolicy, Manifest } from '@stockgate/policy-schema'
import type { RouteFacts } from '@stockgate/rate-limit'

/** The same policy, but every call is in this one tier. Throws a TypeError when the policy has no such tier. */
export function inOneTier(policy: LimitsPolicy, tier: string, document: string): LimitsPolicy {
  if (!Object.hasOwn(policy.tiers, tier)) {
    const known = Object.keys(policy.tiers).join(', ')
    throw new TypeError(`${document} has no tier "${tier}": it has ${known}`)
  }
  return { ...policy, clients: Object.create(null), overrides: [], defaultTier: tier, anonymousTier: tier }
}

/** Finds the limits that manifests give to routes, by the names an access log writes. */
export function routesOf(
  manifests: readonly Manifest[],
): (service: string, method: string, pattern: string) => RouteFacts {
  const known = new Map<string, RouteFacts>()
  for (const { service, routes } of manifests) {
    for (const { path, methods, limits } of routes)
      for (const method of methods) known.set(`${service}\n${method}\n${path}`, { service, limits })
  }
  return (service, method, pattern) =>
    known.get(`${service}\n${method}\n${pattern}`) ?? { service, limits: [] }
}
