import type { PolicySnapshot } from '../policy/index.ts'

/** The policy in force, as an operator reads it. */
export function describePolicy({ revision, limits, manifests, refused }: PolicySnapshot): object {
  return {
    revision,
    tiers: Object.values(limits.tiers),
    clients: limits.clients,
    default_tier: limits.defaultTier,
    anonymous_tier: limits.anonymousTier,
    routes: manifests.flatMap(({ service, routes }) =>
      routes.map(({ path, methods, auth, scopes, anyScopes, cost, deadlineMs }) => ({
        service,
        path,
        methods,
        auth,
        scopes,
        any_scopes: anyScopes,
        cost,
        deadline_ms: deadlineMs,
      })),
    ),
    refused,
  }
}
