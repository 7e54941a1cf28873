import type { Manifest, Route } from '@stockgate/policy-schema'
import { groupOf, metadataPath, PROOF_ALGORITHMS } from '../../proofs/index.ts'
import type { Settings } from '../../settings.ts'

type Facts = Pick<Settings, 'PUBLIC_URL' | 'ISSUERS' | 'TLS_CLIENT_CA'>

/**
 * The metadata of RFC 9728, by path: of the whole API, and of each group of routes that share their first segment. A
 * client learns from its 401 which group it called, and here which scopes to ask for and how to present the token.
 */
export function resourceMetadata(manifests: readonly Manifest[], facts: Facts): ReadonlyMap<string, object> {
  const routes = manifests.flatMap((manifest) => manifest.routes).filter(({ auth }) => auth === 'bearer')
  const groups = Map.groupBy(routes, ({ path }) => groupOf(path))
  const documents = new Map([[metadataPath(null), describe(facts.PUBLIC_URL, routes, facts)]])
  for (const [group, members] of groups) {
    if (group !== null)
      documents.set(metadataPath(group), describe(`${facts.PUBLIC_URL}/${group}`, members, facts))
  }
  return documents
}

function describe(
  resource: string,
  routes: readonly Route[],
  { PUBLIC_URL, ISSUERS, TLS_CLIENT_CA }: Facts,
): object {
  const scopes = new Set(routes.flatMap(({ scopes, anyScopes }) => [...scopes, ...anyScopes]))
  return {
    resource,
    authorization_servers: ISSUERS.map(({ issuer }) => issuer),
    bearer_methods_supported: ['header'],
    scopes_supported: [...scopes].sort(),
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    dpop_bound_access_tokens_required: routes.length > 0 && routes.every(({ proof }) => proof === 'dpop'),
    tls_client_certificate_bound_access_tokens: TLS_CLIENT_CA !== undefined,
    resource_documentation: `${PUBLIC_URL}/openapi.json`,
  }
}
