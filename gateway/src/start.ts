import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { nearest, SettingError } from '@stockgate/settings'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { buildAdmin } from './admin/server.ts'
import { buildApp } from './app.ts'
import { openCallerKey } from './caller-key.ts'
import { createLimiter, type Limiter } from './limiter/index.ts'
import { readOpenApiFiles } from './openapi-files.ts'
import type { Gateway } from './path/context.ts'
import {
  createPolicyStore,
  loadPolicy,
  PolicyError,
  type PolicySnapshot,
  problemLines,
} from './policy/index.ts'
import type { Settings } from './settings.ts'
import { createTokens } from './tokens/index.ts'

export interface RunningGateway {
  /** Readiness off, then no new connections, then the end of the requests in flight, within the time set. */
  stop(): Promise<void>
}

/** Starts a whole gateway. Rejects with a SettingError that says what to mend; nothing is left running then. */
export async function startGateway(settings: Settings, log: Logger): Promise<RunningGateway> {
  const policy = createPolicyStore(await readPolicy(settings, log))
  checkUpstreams(settings, policy.current(), log)
  const callerKey = await openCallerKey(settings.CALLER_KEY)
  const openapi = await readOpenApiFiles(settings.MANIFESTS, log)
  const limiter = await openLimiter(settings, log)
  const tokens = createTokens({ issuers: settings.ISSUERS, clock: Date.now, log })
  const gateway: Gateway = { settings, policy, limiter, tokens, clock: Date.now, callerKey, log, openapi }
  const app = buildApp(gateway)
  const admin = buildAdmin({ policy, publicUrl: settings.PUBLIC_URL, readiness: () => app.readiness() })
  const end = async (): Promise<void> => {
    await Promise.all([app.close(), admin.close()])
    await limiter.close()
  }
  try {
    const adminUrl = await listen(admin, settings.ADMIN_HOST, settings.ADMIN_PORT, 'ADMIN_')
    const url = await listen(app, settings.HOST, settings.PORT, '')
    const services = policy.current().manifests.map(({ service }) => service)
    log.info({ url, admin: adminUrl, revision: policy.current().revision, services }, 'listening')
  } catch (error) {
    await end()
    throw error
  }
  return {
    stop: async () => {
      app.draining = true
      await delay(settings.DRAIN_DELAY_MS)
      const cut = setTimeout(() => app.server.closeAllConnections(), settings.DRAIN_TIMEOUT_MS)
      await end()
      clearTimeout(cut)
    },
  }
}

async function readPolicy({ LIMITS, MANIFESTS }: Settings, log: Logger): Promise<PolicySnapshot> {
  try {
    const snapshot = await loadPolicy({ limitsPath: LIMITS, manifestPaths: MANIFESTS })
    for (const manifest of snapshot.refused)
      log.warn({ file: manifest.file, problems: manifest.problems }, 'a manifest is left out')
    return snapshot
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    const setting = error.refused.some(({ file }) => file === LIMITS) ? 'LIMITS' : 'MANIFESTS'
    throw new SettingError(setting, error.refused.map(problemLines).join('; ').replaceAll('\n', '; '))
  }
}

/** An upstream that no service of the policy has is a misspelt name, or one whose manifest is not there. */
function checkUpstreams({ UPSTREAMS }: Settings, { manifests }: PolicySnapshot, log: Logger): void {
  const services = manifests.map(({ service }) => service)
  const unnamed = services.filter((service) => !UPSTREAMS.has(service))
  for (const service of UPSTREAMS.keys()) {
    if (services.includes(service)) continue
    const meant = nearest(service, unnamed)
    if (meant !== undefined)
      throw new SettingError('UPSTREAMS', `no manifest has the service "${service}"; did you mean ${meant}?`)
    log.warn({ service }, 'UPSTREAMS names a service that no manifest in force has')
  }
}

async function openLimiter({ REDIS_URL }: Settings, log: Logger): Promise<Limiter> {
  try {
    return await createLimiter({ ...(REDIS_URL && { redisUrl: REDIS_URL.href }), log })
  } catch (error) {
    throw new SettingError('REDIS_URL', error instanceof Error ? error.message : String(error))
  }
}

async function listen(app: FastifyInstance, host: string, port: number, prefix: string): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new SettingError(
        `${prefix}PORT`,
        `${port} is taken on ${host}; stop what listens there or choose another`,
      )
    if (code === 'EACCES')
      throw new SettingError(`${prefix}PORT`, `${port} needs more rights; choose one above 1023`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new SettingError(`${prefix}HOST`, `${host} is no address of this machine`)
    throw error
  }
  const address = app.server.address() as AddressInfo
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}
