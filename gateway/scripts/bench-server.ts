// A whole gateway in front of one service, to be measured by `pnpm bench`; it talks to its parent like every server there.
// BENCH_LIMITS: none (a limiter that admits everything) | 1 | 2 | 4 (limits of each call)
// BENCH_UPSTREAM: origin of the service · BENCH_REDIS_URL: counters in this Redis instead of in memory
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Decision, Limiter } from '@stockgate/rate-limit'
import { pino } from 'pino'
import { buildApp } from '../src/app.ts'
import { openCallerKey } from '../src/caller-key.ts'
import { openFleet } from '../src/fleet/index.ts'
import { openJournal } from '../src/journal/index.ts'
import { type KeyEvent, openApiKeys } from '../src/keys/index.ts'
import { createLimiter } from '../src/limiter/index.ts'
import { createDecisionRecords } from '../src/observe/records.ts'
import { openPolicyFor } from '../src/open-policy.ts'
import { openRedisFor } from '../src/open-redis.ts'
import type { RevisionEntry } from '../src/policy/index.ts'
import { readGatewaySettings } from '../src/settings.ts'
import { createTokens } from '../src/tokens/index.ts'

const { BENCH_LIMITS = '2', BENCH_UPSTREAM, BENCH_REDIS_URL } = process.env

/** High enough never to refuse: the cost of admitting is what matters. */
const LIMITS = {
  burst: { quota: 50_000_000, window: 3600 },
  sustained: { quota: 50_000_000, window: 86_400 },
  daily: { quota: 50_000_000, period: 'day', timeZone: 'Europe/Berlin' },
  concurrency: { concurrent: 10_000 },
}

const ADMITTED: Decision = Object.freeze({
  allowed: true,
  cost: 1,
  limits: [],
  candidates: [],
  retryAfter: 0,
  decidedBy: 'memory',
  receipt: null,
})
const admitAll: Limiter = {
  decide: () => ADMITTED,
  peek: () => ADMITTED,
  settle: () => {},
  release: () => {},
  note: () => {},
  refusals: async () => [],
  ready: () => true,
  close: async () => {},
}

const folder = await mkdtemp(join(tmpdir(), 'stockgate-bench-'))
const limits = Object.fromEntries(Object.entries(LIMITS).slice(0, Number(BENCH_LIMITS) || 1))
const tier = { limits }
const documents = {
  'limits.json': { tiers: { all: tier, open: tier }, clients: {}, defaultTier: 'all', anonymousTier: 'open' },
  'gateway.json': {
    service: 'shop',
    routes: [{ path: '/thing', methods: ['GET'], auth: 'public' }],
  },
  'issuers.json': [{ issuer: 'https://issuer.test', audience: 'x', jwks: 'http://127.0.0.1:2/jwks' }],
}
for (const [name, document] of Object.entries(documents))
  await writeFile(join(folder, name), JSON.stringify(document))

const settings = readGatewaySettings({
  PORT: '0',
  MANIFESTS: join(folder, 'gateway.json'),
  LIMITS: join(folder, 'limits.json'),
  ISSUERS: join(folder, 'issuers.json'),
  UPSTREAMS: `shop=${BENCH_UPSTREAM}`,
  CALLER_KEY: join(folder, 'caller-key.json'),
  STATE: join(folder, 'state'),
  ADDRESS_LIMIT: '0',
  ...(BENCH_REDIS_URL && { REDIS_URL: BENCH_REDIS_URL }),
})
// The log is written as in production, to where nobody reads it.
const log = pino({ base: null }, pino.destination({ dest: '/dev/null', sync: false }))
const clock = Date.now
const redis = await openRedisFor(settings, log)
const fleet = await openFleet({ ...(redis && { redis: redis.background }), state: settings.STATE, log })
const journal = await openJournal<RevisionEntry>({ folder: settings.STATE, log, name: 'policy' })
const keyEvents = await openJournal<KeyEvent>({ folder: settings.STATE, log, name: 'keys' })
const { policy, revisions } = await openPolicyFor(settings, { journal, fleet, log, clock })
const app = buildApp({
  settings,
  policy,
  limiter:
    BENCH_LIMITS === 'none' ? admitAll : createLimiter({ ...(redis && { redis: redis.limits }), fleet, log }),
  records: createDecisionRecords(),
  onDecision: null,
  tokens: createTokens({ issuers: [], clock, log }),
  keys: await openApiKeys({ journal: keyEvents, pepper: undefined, clock, log }),
  clock,
  callerKey: await openCallerKey(settings.CALLER_KEY),
  log,
  openapi: new Map(),
})
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpu: user + system })
})
process.on('SIGINT', () => {})
process.on('disconnect', () => {
  const end = async () => {
    await app.close()
    await revisions.close()
    await fleet.close()
    await rm(folder, { recursive: true, force: true })
  }
  void end().finally(() => process.exit(0))
})
process.send?.({ url: `http://127.0.0.1:${port}/thing` })
