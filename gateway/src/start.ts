import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { buildAdmin } from './admin/server.ts'
import { buildApp } from './app.ts'
import { openCallerKey } from './caller-key.ts'
import { checkPlaces } from './check-places.ts'
import { claimState } from './claim-state.ts'
import { openFleet } from './fleet/index.ts'
import { openJournal } from './journal/index.ts'
import { keyUses } from './key-uses.ts'
import { type KeyEvent, openApiKeys } from './keys/index.ts'
import { createLimiter } from './limiter/index.ts'
import { listen } from './listen.ts'
import { createDecisionRecords, startObserver } from './observe/index.ts'
import { openPolicyFor } from './open-policy.ts'
import { openRedisFor } from './open-redis.ts'
import { readOpenApiFiles } from './openapi-files.ts'
import type { Gateway } from './path/context.ts'
import { isBeginning, type RevisionEntry } from './policy/index.ts'
import { openRedirectListener } from './redirect-listener.ts'
import type { Settings } from './settings.ts'
import { type Certificates, openCertificates } from './tls/index.ts'
import { createRevocations, createTokens, type RevocationEvent } from './tokens/index.ts'

export interface RunningGateway {
  /** Readiness off, then no new connections, then the end of the requests in flight, within the time set. */
  stop(): Promise<void>
}

/** Starts a whole gateway. Rejects with a SettingError that says what to mend; nothing is left running then. */
export async function startGateway(settings: Settings, log: Logger): Promise<RunningGateway> {
  // What is opened is closed in the reverse order, be it at the end or because something behind it failed.
  await using opened = new AsyncDisposableStack()
  const { STATE: folder, KEY_PEPPER: pepper, PUBLIC_URL: publicUrl } = settings
  const clock = Date.now

  const claim = await claimState(folder)
  opened.defer(() => claim.release())
  const callerKey = await openCallerKey(settings.CALLER_KEY)
  const openapi = await readOpenApiFiles(settings.MANIFESTS, log)
  const redis = await openRedisFor(settings, log)
  opened.defer(() => redis?.close())
  const fleet = await openFleet({ ...(redis && { redis: redis.background }), state: folder, log })
  opened.defer(() => fleet.close())

  const shared = { folder, log, ...(redis && { redis }) }
  const history = await openJournal<RevisionEntry>({
    ...shared,
    name: 'policy',
    isBeginning,
    describe: ({ kind, author, at, reason }) => ({ kind, author, at, reason }),
  })
  opened.defer(() => history.close())
  const keyEvents = await openJournal<KeyEvent>({ ...shared, name: 'keys' })
  opened.defer(() => keyEvents.close())
  const revoked = await openJournal<RevocationEvent>({
    ...shared,
    name: 'revocations',
    describe: ({ id, at, author }) => ({ id, at, author }),
  })
  opened.defer(() => revoked.close())

  const { TLS_CERT: certs, TLS_KEY: certKeys, TLS_CLIENT_CA: clientCa } = settings
  const certificates =
    certs.length > 0 ? await openCertificates({ certs, keys: certKeys, clientCa, log, clock }) : null
  opened.defer(() => certificates?.close())
  const { policy, revisions } = await openPolicyFor(settings, { journal: history, fleet, log, clock })
  opened.defer(() => revisions.close())
  const exchange = keyUses(fleet)
  const keys = await openApiKeys({ journal: keyEvents, pepper, state: folder, exchange, clock, log })
  opened.defer(() => keys.close())
  const limiter = createLimiter({ ...(redis && { redis: redis.limits }), fleet, log })
  opened.defer(() => limiter.close())

  const revocations = createRevocations({ journal: revoked, clock, log })
  opened.defer(() => revocations.close())
  const { ISSUERS: issuers, KEYS_MAX_STALE_S: maxStale } = settings
  const tokens = createTokens({ issuers, revocations, folder, maxStaleMs: maxStale * 1000, clock, log })
  const records = createDecisionRecords()
  const observer = startObserver({ policy, revisions, fleet, records, log, clock })
  opened.defer(() => observer.close())
  const gateway: Gateway = {
    settings,
    policy,
    limiter,
    records,
    onDecision: observer.onDecision,
    tokens,
    keys,
    clock,
    callerKey,
    certificates,
    log,
    openapi,
  }
  const app = buildApp(gateway)
  opened.defer(() => app.close())
  const readiness = () => app.readiness()
  const adminCertificates = await openAdminCertificates(settings, log, clock)
  opened.defer(() => adminCertificates?.close())
  const admin = buildAdmin({
    ...gateway,
    adminCertificates,
    revisions,
    revocations,
    fleet,
    publicUrl,
    readiness,
    observer,
    path: app,
  })
  opened.defer(() => admin.close())

  const { number, revision: hash, manifests } = policy.current()
  const services = manifests.map(({ service }) => service)
  await checkPlaces(settings, services, log)
  const { HOST, PORT, ADMIN_HOST, ADMIN_PORT, REDIRECT_PORT } = settings
  const adminUrl = await listen(admin, { host: ADMIN_HOST, port: ADMIN_PORT, prefix: 'ADMIN_' })
  const url = await listen(app, { host: HOST, port: PORT, prefix: '' })
  const redirect =
    REDIRECT_PORT === 0
      ? null
      : await openRedirectListener(settings, { host: HOST, port: REDIRECT_PORT }, log)
  opened.defer(() => redirect?.close())
  const urls = { url, admin: adminUrl, ...(redirect && { redirect: redirect.url }) }
  log.info({ ...urls, gateway: fleet.id, revision: number, hash, services }, 'listening')

  const running = opened.move()
  return {
    stop: async () => {
      app.draining = true
      await delay(settings.DRAIN_DELAY_MS)
      const cut = setTimeout(() => app.server.closeAllConnections(), settings.DRAIN_TIMEOUT_MS)
      await running.disposeAsync()
      clearTimeout(cut)
    },
  }
}

async function openAdminCertificates(
  { ADMIN_TLS_CERT: cert, ADMIN_TLS_KEY: key }: Settings,
  log: Logger,
  clock: () => number,
): Promise<Certificates | null> {
  if (cert === undefined && key === undefined) return null
  const [certs, keys] = [cert, key].map((file) => (file === undefined ? [] : [file])) as [string[], string[]]
  return await openCertificates({ certs, keys, log, clock, prefix: 'ADMIN_' })
}
