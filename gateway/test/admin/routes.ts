import { LIMITS } from './operated.ts'

/** Every route that asks for a token, with a call that does not fail for want of anything else. */
export const ROUTES = [
  ['GET', '/policy', 'ops:read'],
  ['GET', '/limits', 'ops:read'],
  ['PUT', '/limits', 'ops:write', { document: LIMITS, reason: 'x' }],
  ['POST', '/limits/check', 'ops:read', { document: LIMITS }],
  ['POST', '/limits/diff', 'ops:read', { document: LIMITS }],
  ['POST', '/limits/explain', 'ops:read', { method: 'GET', path: '/things', client: 'acme' }],
  ['GET', '/limits/top', 'ops:read'],
  ['GET', '/limits/revisions', 'ops:read'],
  ['GET', '/limits/revisions/1', 'ops:read'],
  ['POST', '/limits/rollback', 'ops:write', { revision: 1, reason: 'x' }],
  ['GET', '/limits/overrides', 'ops:read'],
  ['POST', '/limits/overrides', 'ops:write', { client: 'a', tier: 'partner', until: soon(), reason: 'x' }],
  ['POST', '/limits/overrides/ovr_1/end', 'ops:write', { reason: 'x' }],
  ['GET', '/limits/candidates', 'ops:read'],
  ['POST', '/limits/candidates/tighter/rollout', 'ops:write', { percent: 5, reason: 'x' }],
  ['GET', '/gateways', 'ops:read'],
  ['GET', '/keys', 'ops:read'],
  ['POST', '/keys', 'ops:write', { client: 'a', scopes: [], name: 'x' }],
  ['POST', '/keys/key_1/rotation', 'ops:write', {}],
  ['DELETE', '/keys/key_1', 'ops:write'],
  ['GET', '/revocations', 'ops:read'],
  ['POST', '/revocations', 'ops:write', { sub: 'a', reason: 'x' }],
] as const

function soon(): string {
  return new Date(Date.now() + 3_600_000).toISOString()
}
