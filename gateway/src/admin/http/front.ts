import { isIP } from 'node:net'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, onRequestAsyncHookHandler } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import { API_POLICY, securityHeaders } from '../../errors/security-headers.ts'
import type { Settings } from '../../settings.ts'
import type { Certificates } from '../../tls/index.ts'
import { type HostRule, hostRule } from '../../wire/hosts.ts'
import { createMessageCheck } from '../../wire/message.ts'
import { disownForeignMethod } from '../../wire/methods.ts'
import { faultOfTarget } from '../../wire/target.ts'

export type FrontLimits = Pick<
  Settings,
  'ADDRESS_LIMIT' | 'TARGET_BYTES' | 'HEADER_BYTES' | 'HEADER_COUNT' | 'ADMIN_HOST' | 'ADMIN_HOSTS'
>

/** Where the router is sent with a target it must not look at. No route can be there: it is refused itself. */
const NOWHERE = '/.'
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']
/** Orchestrators ask by address. */
const PROBES = ['/livez', '/readyz']
const ADDRESSES = 10_000

/** Sends targets the router must not see to where no route is. */
export function rewriteTarget({ TARGET_BYTES }: FrontLimits) {
  return (raw: { method?: string | undefined; url?: string | undefined; httpVersion?: string }): string => {
    disownForeignMethod(raw)
    const { url = '' } = raw
    return faultOfTarget(url, TARGET_BYTES) === null ? url : NOWHERE
  }
}

/**
 * The hosts of the admin side: names of loopback, the one it is at, those of its certificates and of `ADMIN_HOSTS`,
 * and every address. A page that has made its own name point here brings that name along and is refused; with an
 * address it cannot do that.
 */
export function adminHostRule(limits: FrontLimits, certificates: Certificates | null): HostRule {
  const { ADMIN_HOST, ADMIN_HOSTS } = limits
  const own = hostRule([...LOOPBACK, bracketed(ADMIN_HOST), ...ADMIN_HOSTS])
  const anyAddress = hostRule(['*'])
  return (host) => {
    if (own(host)) return true
    if (!anyAddress(host)) return false
    const name = withoutPort(host.toLowerCase())
    return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || isCertified(name, certificates)
  }
}

/** Refuses what floods, what is not canonical and what can be read in two ways, before anything is looked up. */
export function useStrictFront(
  app: FastifyInstance,
  limits: FrontLimits,
  certificates: Certificates | null,
): void {
  useAddressGuard(app, limits.ADDRESS_LIMIT)
  const faultOf = createMessageCheck({
    hosts: adminHostRule(limits, certificates),
    headerCount: limits.HEADER_COUNT,
    headerBytes: limits.HEADER_BYTES,
    anyHostFor: PROBES,
  })
  app.addHook('onRequest', async (request) => {
    const { raw, originalUrl } = request
    const fault = faultOf(raw)
    // Where the message is in doubt, so is where it ends.
    if (fault !== null) throw new Refusal(fault, { headers: { connection: 'close' } })
    if (raw.url === NOWHERE) throw new Refusal(faultOfTarget(originalUrl, limits.TARGET_BYTES) ?? 'GW_TARGET')
  })
}

/** What stands on every answer, whoever gives it. There is nothing for pages of other origins: no CORS header. */
export function frontHeaders(publicUrl: string, secure: boolean) {
  const headers = {
    ...securityHeaders(secure ? 'https:' : publicUrl),
    'content-security-policy': API_POLICY,
    'cache-control': 'no-store',
  }
  return (reply: FastifyReply, id: string) => reply.headers({ ...headers, 'x-request-id': id })
}

function useAddressGuard(app: FastifyInstance, perSecond: number): void {
  if (perSecond === 0) return
  const silent = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false }
  app.register(rateLimit, {
    global: false,
    max: perSecond,
    timeWindow: 1_000,
    cache: ADDRESSES,
    keyGenerator: ({ ip }) => normalizeIP(ip, 64),
    addHeaders: { ...silent, 'retry-after': false },
    addHeadersOnExceeding: silent,
    errorResponseBuilder: () =>
      new Refusal('GW_ADDRESS_LIMIT', {
        headers: { 'retry-after': '1' },
        extensions: { 'violated-policies': ['address'] },
      }),
  })
  let guard: onRequestAsyncHookHandler
  app.after(() => {
    guard = app.rateLimit() as onRequestAsyncHookHandler
  })
  app.addHook('onRequest', function (request, reply) {
    return guard.call(this, request, reply)
  } as onRequestAsyncHookHandler)
}

function isCertified(name: string, certificates: Certificates | null): boolean {
  const parent = `*${name.slice(name.indexOf('.'))}`
  return (certificates?.status() ?? []).some(({ names }) => names.includes(name) || names.includes(parent))
}

function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, '')
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}
