import t from 'tap'
import { call } from '../../kit/call.ts'
import { PUBLIC_URL, startGateway } from '../../kit/gateway.ts'

const ROOT = '/.well-known/oauth-protected-resource'
const bearer = { methods: ['GET'], auth: 'bearer' } as const
const MANIFESTS = [
  {
    service: 'shop',
    routes: [
      { ...bearer, path: '/things', scopes: ['things:read'] },
      { ...bearer, path: '/things/{id}/parts', anyScopes: ['parts:read', 'parts:all'] },
      { path: '/things/{id}/picture', methods: ['GET'], auth: 'public' },
      { ...bearer, path: '/pay', scopes: ['pay'], proof: 'dpop' },
      { ...bearer, path: '/pay/{id}', scopes: ['pay'], proof: 'dpop' },
      { ...bearer, path: '/mixed', scopes: [], proof: 'dpop' },
      { ...bearer, path: '/mixed/{id}', scopes: [], proof: 'any' },
      { ...bearer, path: '/certified', scopes: [], proof: 'certificate' },
      { path: '/open', methods: ['GET'], auth: 'public' },
    ],
  },
  {
    service: 'other',
    routes: [
      { ...bearer, path: '/things/{id}/reviews', scopes: ['reviews:read'] },
      { ...bearer, path: '/{anything}', scopes: ['wild'] },
    ],
  },
]
const site = { manifests: MANIFESTS, upstream: { shop: 'http://127.0.0.1:2', other: 'http://127.0.0.1:2' } }

t.test('each group of routes has metadata of its own: the scopes and proofs of all its routes', async (t) => {
  const gateway = await startGateway(t, site)
  const metadata = async (group: string) => (await call(gateway.url, `${ROOT}/${group}`)).json
  t.same(await metadata('things'), {
    resource: `${PUBLIC_URL}/things`,
    authorization_servers: [gateway.issuer.issuer],
    bearer_methods_supported: ['header'],
    scopes_supported: ['parts:all', 'parts:read', 'reviews:read', 'things:read'],
    dpop_signing_alg_values_supported: ['ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'EdDSA', 'Ed25519'],
    dpop_bound_access_tokens_required: false,
    tls_client_certificate_bound_access_tokens: false,
    resource_documentation: `${PUBLIC_URL}/openapi.json`,
  })
  t.match(await metadata('pay'), { scopes_supported: ['pay'], dpop_bound_access_tokens_required: true })
  t.match(await metadata('mixed'), { scopes_supported: [], dpop_bound_access_tokens_required: false })
  const { headers, json } = await call(gateway.url, ROOT)
  t.equal(headers['content-type'], 'application/json')
  t.match(json, { resource: PUBLIC_URL, dpop_bound_access_tokens_required: false })
  t.match(json.scopes_supported, ['parts:all', 'parts:read', 'pay', 'reviews:read', 'things:read', 'wild'])
})

t.test('every challenge leads to the metadata of the group that was called, and it is there', async (t) => {
  const gateway = await startGateway(t, site)
  const groups: [target: string, metadata: string][] = [
    ['/things', '/things'],
    ['/things/1/parts', '/things'],
    ['/things/1/reviews', '/things'],
    ['/pay/1', '/pay'],
    ['/certified', '/certified'],
    ['/whatever', ''],
    ['/usage', ''],
  ]
  for (const [target, metadata] of groups) {
    const { status, headers } = await call(gateway.url, target)
    t.equal(status, 401, target)
    const [, url] = /resource_metadata="([^"]+)"/.exec(String(headers['www-authenticate'])) ?? []
    t.equal(url, PUBLIC_URL + ROOT + metadata, target)
    const document = await call(gateway.url, ROOT + metadata)
    // RFC 9728 §3.3: what is described has to be what the address was made from.
    t.equal(document.json.resource, PUBLIC_URL + metadata)
  }
})

t.test('there is metadata of groups that need a token, and of nothing else', async (t) => {
  const gateway = await startGateway(t, site)
  for (const none of [
    'open',
    'nonsense',
    'Things',
    'things/1',
    'usage',
    '%7Banything%7D',
    'constructor',
    '__proto__',
  ])
    t.equal((await call(gateway.url, `${ROOT}/${none}`)).status, 404, none)
  for (const target of [ROOT, `${ROOT}/things`]) {
    const answer = await call(gateway.url, target, { method: 'POST' })
    t.equal(answer.status, 405, target)
    t.equal(answer.headers.allow, 'GET, HEAD, OPTIONS')
    t.equal((await call(gateway.url, target, { method: 'HEAD' })).status, 200)
  }
})

t.test('no service can put a route where the metadata stands', async (t) => {
  const { validateManifest } = await import('@stockgate/policy-schema')
  const verdict = validateManifest({ service: 'shop', routes: [{ ...bearer, path: `${ROOT}/things` }] })
  t.equal(verdict.ok, false)
})
