import { join } from 'node:path'
import { createTestIssuer, recordingUpstream, type TestScope } from '@stockgate/test-kit'
import { buildAdmin } from '../../src/admin/server.ts'
import { buildApp } from '../../src/app.ts'
import { loneFleet, openFleet } from '../../src/fleet/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { type Observer, startObserver } from '../../src/observe/index.ts'
import {
  openPolicy,
  type PolicyRevisions,
  type PolicyStore,
  type RevisionEntry,
} from '../../src/policy/index.ts'
import { openConnections } from '../../src/redis/index.ts'
import { type CallAnswer, call } from '../kit/call.ts'
import { folderOf } from '../kit/folder.ts'
import { createGatewayParts, PUBLIC_URL, SHOP, until } from '../kit/gateway.ts'
import { openTestRevocations } from '../kit/tokens.ts'
import { keptLog, operatorCalls, type TestListener } from './http/listener.ts'

/** Tier `standard` lets three calls through in a minute, `partner` six. */
export const LIMITS = {
  tiers: {
    standard: { limits: { burst: { quota: 3, window: 60 } } },
    partner: { limits: { burst: { quota: 6, window: 60 } } },
    anonymous: { limits: { burst: { quota: 100, window: 60 } } },
  },
  clients: { acme: 'standard', big: 'partner' },
  defaultTier: 'standard',
  anonymousTier: 'anonymous',
  candidates: { tighter: { tier: 'standard', limits: { burst: { quota: 1, window: 60 } } } },
}

/** The limits with another quota of tier `standard`. */
export function withQuota(quota: number): typeof LIMITS {
  const standard = { limits: { burst: { quota, window: 60 } } }
  return { ...LIMITS, tiers: { ...LIMITS.tiers, standard } }
}

export interface OperatedGateway {
  readonly url: string
  readonly adminUrl: string
  readonly id: string
  readonly revisions: PolicyRevisions
  readonly policy: PolicyStore
  readonly observer: Observer
  readonly log: readonly Record<string, unknown>[]
  /** A call of the operator to the admin listener. */
  readonly operate: TestListener['call']
  /** A token with these scopes, good for both listeners. */
  operatorToken(scopes?: string): Promise<string>
  /** A call of a client to the public listener. */
  visit(client: string): Promise<CallAnswer>
  /** Calls until one is refused, and gives how many were let through. */
  visits(client: string): Promise<number>
}

export interface OperatedOptions {
  readonly clock?: () => number
  /** The limits of the first revision. */
  readonly limits?: object
  /** The state folder. */
  readonly folder?: string
  /** Shares its policy with other gateways through this Redis. */
  readonly redisUrl?: string
}

/** A whole gateway with both listeners on free ports: real policy, real journal in a folder of its own. */
export async function startOperated(t: TestScope, options: OperatedOptions = {}): Promise<OperatedGateway> {
  const { clock = Date.now, folder = folderOf(t, {}), limits = LIMITS, redisUrl } = options
  const issuer = await createTestIssuer(t, { audience: PUBLIC_URL, now: clock })
  const upstream = await recordingUpstream(t)
  const { lines, log } = keptLog()
  const files = folderOf(t, { 'limits.json': limits, 'gateway.json': SHOP })
  const redis = redisUrl === undefined ? undefined : await openConnections(redisUrl, { required: true })
  const journal = await openJournal<RevisionEntry>({ name: 'policy', folder, log, ...(redis && { redis }) })
  const fleet = redis
    ? await openFleet({ redis: redis.background, state: folder, log })
    : loneFleet('gw_here')
  const { policy, revisions } = await openPolicy({
    limitsPath: join(files, 'limits.json'),
    manifestPaths: [join(files, 'gateway.json')],
    journal,
    fleet,
    log,
    clock,
  })
  const revocations = await openTestRevocations(t, { folder, ...(redisUrl && { redisUrl }), clock })
  const parts = await createGatewayParts({
    revocations,
    issuers: [{ issuer: issuer.issuer, audience: issuer.audience, jwks: issuer.jwksUrl }],
    upstream: upstream.url,
    clock,
  })
  const observer = startObserver({ policy, revisions, fleet, records: parts.records, log, clock })
  const gateway = { ...parts, policy, log, onDecision: observer.onDecision }
  const app = buildApp(gateway)
  const readiness = () => app.readiness()
  const admin = buildAdmin({
    ...gateway,
    adminCertificates: null,
    publicUrl: PUBLIC_URL,
    revisions,
    revocations,
    fleet,
    readiness,
    observer,
    path: app,
  })
  const listening = { host: '127.0.0.1', port: 0 }
  const [url, adminUrl] = await Promise.all([app.listen(listening), admin.listen(listening)])
  t.teardown(async () => {
    app.server.closeAllConnections()
    await Promise.all([app.close(), admin.close()])
    observer.close()
    revisions.close()
    await fleet.close()
    await journal.close()
    redis?.close()
  })
  await until(() => app.keysKnown(), 'the keys of the issuer are known')

  const visit = async (client: string): Promise<CallAnswer> => {
    const token = await issuer.sign({ scope: 'things:read', client_id: client, sub: client })
    return await call(url, '/things', { headers: { authorization: `Bearer ${token}` } })
  }
  const visits = async (client: string): Promise<number> => {
    for (let admitted = 0; admitted < 50; admitted++)
      if ((await visit(client)).status === 429) return admitted
    throw new Error('nothing is ever refused')
  }
  const operate = operatorCalls(adminUrl, issuer)
  const operatorToken = (scope = 'ops:read ops:write') => issuer.sign({ scope, client_id: 'ops', sub: 'ops' })
  return {
    url,
    adminUrl,
    id: fleet.id,
    revisions,
    policy,
    observer,
    log: lines,
    operate,
    operatorToken,
    visit,
    visits,
  }
}
