import { Writable } from 'node:stream'
import { generateCallerJwk, importCallerKey } from '@stockgate/caller'
import { validateLimits, validateManifest } from '@stockgate/policy-schema'
import { type Limiter, MemoryLimiter } from '@stockgate/rate-limit'
import { createTestIssuer, type TestIssuer, type TestScope } from '@stockgate/test-kit'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { buildApp } from '../../src/app.ts'
import { type Journal, Unavailable } from '../../src/journal/index.ts'
import { type ApiKeys, type KeyEvent, openApiKeys } from '../../src/keys/index.ts'
import {
  createDecisionRecords,
  type DecisionListener,
  type DecisionRecords,
} from '../../src/observe/records.ts'
import type { AccessLine, Gateway } from '../../src/path/context.ts'
import { createSnapshot } from '../../src/policy/snapshot.ts'
import { createPolicyStore, type PolicyStore } from '../../src/policy/store.ts'
import { readGatewaySettings } from '../../src/settings.ts'
import { openCertificates } from '../../src/tls/index.ts'
import { createTokens, type Revocations } from '../../src/tokens/index.ts'
import { until } from './until.ts'

export { until } from './until.ts'

export const PUBLIC_URL = 'https://api.test'
/** Where nobody listens. */
const NO_KEYS = 'http://127.0.0.1:2/jwks.json'

export type LogLine = AccessLine & Record<string, unknown>

export interface TestGateway {
  readonly app: FastifyInstance
  readonly url: string
  readonly port: number
  readonly issuer: TestIssuer
  readonly policy: PolicyStore
  readonly records: DecisionRecords
  /** Every line logged so far, parsed. */
  readonly log: readonly LogLine[]
  /** The text of the log, to look for what must not be in it. */
  logText(): string
  /** Waits until so many access lines are there, and gives the last. */
  line(count?: number): Promise<LogLine>
  /** Authorization header of a good token with these scopes. */
  auth(scopes?: string, claims?: Record<string, unknown>): Promise<{ authorization: string }>
}

export interface TestGatewayOptions {
  /** Written manifests; by default one, service `shop`, see SHOP. */
  manifests?: readonly object[]
  /** Origin of service `shop`, or origins by service. */
  upstream?: string | Record<string, string>
  limits?: object
  limiter?: Limiter
  onDecision?: DecisionListener
  issuer?: TestIssuer
  issuers?: readonly object[]
  /** By default there is no pepper and every key is refused. */
  keys?: ApiKeys
  /** By default nothing is revoked. */
  revocations?: Revocations
  /** State folder with the last good keys of issuers; by default they are kept nowhere. */
  state?: string
  clock?: () => number
  env?: Record<string, string>
  openapi?: ReadonlyMap<string, object>
  /** Files of certificates: the gateway then speaks TLS. */
  tls?: { certs: readonly string[]; keys: readonly string[]; clientCa?: string }
  /** False where the issuer is meant to be away. */
  waitForKeys?: boolean
}

export const SHOP = {
  service: 'shop',
  routes: [
    { path: '/things', methods: ['GET', 'POST'], auth: 'bearer', scopes: ['things:read'] },
    { path: '/things/{id}', methods: ['GET', 'PUT', 'DELETE'], auth: 'bearer', scopes: [] },
    { path: '/open', methods: ['GET', 'POST'], auth: 'public' },
    { path: '/quick', methods: ['GET', 'POST'], auth: 'public', deadlineMs: 150 },
  ],
}

export const WIDE_LIMITS = limitsOf({ quota: 100_000, window: 1 })

/** A limits.json whose every tier has one limit `burst`. */
export function limitsOf(burst: { quota: number; window: number }): object {
  return limitsWith({ burst })
}

/** A limits.json whose every tier has these limits; `rest` is what else the tiers say. */
export function limitsWith(limits: object, rest: object = {}): object {
  const tier = { limits, ...rest }
  return {
    tiers: { standard: tier, anonymous: tier },
    clients: {},
    defaultTier: 'standard',
    anonymousTier: 'anonymous',
  }
}

/** The parts of a gateway as `main` would make them, but for the log, which is kept. */
export async function createGatewayParts(
  options: TestGatewayOptions = {},
  output: Writable = new Writable({ write: (_chunk, _encoding, done) => done() }),
): Promise<Gateway> {
  const { manifests = [SHOP], limits = WIDE_LIMITS, clock = Date.now, openapi = new Map() } = options
  const issuers = options.issuers ?? [{ issuer: 'https://issuer.test', audience: PUBLIC_URL, jwks: NO_KEYS }]
  const settings = readGatewaySettings({
    PUBLIC_URL,
    MANIFESTS: 'unused',
    ISSUERS: JSON.stringify(issuers),
    UPSTREAMS: upstreamsOf(options.upstream),
    // Most tests name some host; those about the hosts say which.
    HOSTS: '*',
    ...options.env,
  })
  // As `main` writes it, but by the clock of the gateway.
  const timestamp = () => `,"time":"${new Date(clock()).toISOString()}"`
  const log = pino({ level: 'debug', base: null, timestamp }, output)
  return {
    settings,
    policy: createPolicyStore(policyOf(limits, manifests)),
    limiter: options.limiter ?? new MemoryLimiter(options.clock && { now: () => clock() * 1_000 }),
    records: createDecisionRecords(),
    onDecision: options.onDecision ?? null,
    keys: options.keys ?? (await openApiKeys({ journal: noJournal, pepper: undefined, clock, log })),
    tokens: createTokens({
      issuers: settings.ISSUERS,
      maxStaleMs: settings.KEYS_MAX_STALE_S * 1000,
      ...(options.revocations && { revocations: options.revocations }),
      ...(options.state !== undefined && { folder: options.state }),
      clock,
      log,
    }),
    clock,
    certificates: options.tls === undefined ? null : await openCertificates({ ...options.tls, log, clock }),
    callerKey: await importCallerKey(await generateCallerJwk()),
    log,
    openapi,
  }
}

/** What a gateway without a pepper never writes to. */
const noJournal: Journal<KeyEvent> = {
  entries: () => [],
  subscribe: () => () => {},
  synced: () => true,
  append: () => Promise.reject(new Unavailable('there is no journal in this test')),
  close: async () => {},
}

/** A gateway on a free port, made of real parts, that ends with the test. */
export async function startGateway(t: TestScope, options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { clock = Date.now } = options
  const issuer = options.issuer ?? (await createTestIssuer(t, { audience: PUBLIC_URL, now: clock }))
  const { audience, jwksUrl } = issuer
  const issuers = options.issuers ?? [{ issuer: issuer.issuer, audience, jwks: jwksUrl }]
  const lines: LogLine[] = []
  const texts: string[] = []
  const gateway = await createGatewayParts({ ...options, issuers }, sink(lines, texts))
  const app = buildApp(gateway)
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => {
    app.server.closeAllConnections()
    await app.close()
    gateway.certificates?.close()
  })
  const { port } = app.server.address() as { port: number }
  if (options.waitForKeys !== false) await until(() => app.keysKnown(), 'the keys of the issuer are known')
  const access = () => lines.filter((line) => 'verdict' in line)
  return {
    app,
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    issuer,
    policy: gateway.policy,
    records: gateway.records,
    log: lines,
    logText: () => texts.join(''),
    line: async (count = 1) => {
      await until(() => access().length >= count, `access line ${count}`)
      return access().at(-1) as LogLine
    },
    auth: async (scopes = 'things:read', claims = {}) => ({
      authorization: `Bearer ${await issuer.sign({ scope: scopes, ...claims })}`,
    }),
  }
}

/** The snapshot of these documents, as the revision of this number. */
export function policyOf(limits: object, manifests: readonly object[], number = 1) {
  const checked = validateLimits(limits)
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems))
  const good = manifests.map((written) => {
    const verdict = validateManifest(written)
    if (!verdict.ok) throw new Error(JSON.stringify(verdict.problems))
    return verdict.manifest
  })
  return createSnapshot(checked.limits, good, { number })
}

function upstreamsOf(upstream: TestGatewayOptions['upstream']): string {
  const byService = typeof upstream === 'string' ? { shop: upstream } : (upstream ?? {})
  return Object.entries(byService)
    .map(([service, url]) => `${service}=${url}`)
    .join(',')
}

function sink(lines: LogLine[], texts: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      texts.push(String(chunk))
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
}
