import type { LookupAddress } from 'node:dns'
import { SettingError } from '@stockgate/settings'
import type { Logger } from 'pino'
import { addressesOf, isLoopback, isReachedBy } from './addresses.ts'
import type { Settings } from './settings.ts'

type Places = Pick<
  Settings,
  | 'HOST'
  | 'PORT'
  | 'REDIRECT_PORT'
  | 'ADMIN_HOST'
  | 'ADMIN_PORT'
  | 'ADMIN_TLS_CERT'
  | 'ADMIN_TLS_KEY'
  | 'ADMIN_PLAIN'
  | 'UPSTREAMS'
>

/** One of our own listeners: what it is and where it can be reached. */
interface Own {
  readonly what: string
  readonly setting: string
  readonly port: number
  readonly addresses: readonly LookupAddress[]
}

/**
 * Looks at where the listeners shall be, before anything listens. Rejects with a SettingError where operators' tokens
 * would cross a network in the clear, where both listeners would be one, and where a service is our own listener.
 */
export async function checkPlaces(settings: Places, services: readonly string[], log: Logger): Promise<void> {
  const admin = await addressesOf(settings.ADMIN_HOST)
  checkAdminHost(settings, admin, log)
  const listeners = await listenersOf(settings, admin)
  checkApart(listeners, settings)
  for (const [service, origins] of settings.UPSTREAMS)
    for (const origin of origins) await checkUpstream(service, origin, listeners)
  for (const service of services) {
    // Where no setting says where a service is, it is looked for under its own name.
    if (!settings.UPSTREAMS.has(service)) await checkUpstream(service, `http://${service}:8080`, listeners)
  }
}

function checkAdminHost(settings: Places, addresses: readonly LookupAddress[], log: Logger): void {
  const { ADMIN_HOST: host, ADMIN_PLAIN, ADMIN_TLS_CERT, ADMIN_TLS_KEY } = settings
  if (addresses.length === 0) throw new SettingError('ADMIN_HOST', `${host} is no address of this machine`)
  if (ADMIN_TLS_CERT !== undefined || ADMIN_TLS_KEY !== undefined) return
  if (addresses.every(isLoopback)) return
  if (ADMIN_PLAIN === 'anywhere') {
    log.warn(
      { address: host },
      'ADMIN_PLAIN: the admin listener has no TLS and takes connections from other machines: whoever listens on that network reads the tokens of operators',
    )
    return
  }
  throw new SettingError(
    'ADMIN_HOST',
    `${host} can be reached from other machines: give ADMIN_TLS_CERT and ADMIN_TLS_KEY, or keep 127.0.0.1; ADMIN_PLAIN=anywhere does without TLS on a network nobody else can listen on`,
  )
}

async function listenersOf(settings: Places, admin: readonly LookupAddress[]): Promise<readonly Own[]> {
  const { HOST, PORT, REDIRECT_PORT, ADMIN_PORT } = settings
  const addresses = await addressesOf(HOST)
  const own = [
    { what: 'admin listener', setting: 'ADMIN_PORT', port: ADMIN_PORT, addresses: admin },
    { what: 'public listener', setting: 'PORT', port: PORT, addresses },
    { what: 'redirecting listener', setting: 'REDIRECT_PORT', port: REDIRECT_PORT, addresses },
  ]
  // Port 0 is a free one, or none.
  return own.filter(({ port }) => port !== 0)
}

function checkApart([admin, ...others]: readonly Own[], { ADMIN_PORT }: Places): void {
  if (admin?.setting !== 'ADMIN_PORT') return
  const same = others.find(({ port, addresses }) => port === admin.port && meet(admin.addresses, addresses))
  if (same === undefined) return
  const message = `${ADMIN_PORT} is also ${same.setting}, on the same address: what is for operators alone needs a port of its own`
  throw new SettingError('ADMIN_PORT', message)
}

function meet(some: readonly LookupAddress[], others: readonly LookupAddress[]): boolean {
  return some.some((one) => others.some((other) => isReachedBy(one, other) || isReachedBy(other, one)))
}

/** A call that comes back to us goes round without end, or reaches with our name what is for operators alone. */
async function checkUpstream(service: string, origin: string, listeners: readonly Own[]): Promise<void> {
  const { hostname, port, protocol } = new URL(origin)
  const number = Number(port || (protocol === 'https:' ? 443 : 80))
  const near = listeners.filter((one) => one.port === number)
  if (near.length === 0) return
  const targets = await addressesOf(hostname)
  const own = near.find(({ addresses }) =>
    addresses.some((listener) => targets.some((target) => isReachedBy(listener, target))),
  )
  if (own === undefined) return
  throw new SettingError(
    'UPSTREAMS',
    `${service} would be at ${origin}, which is the ${own.what} of this very gateway: name the address of the service`,
  )
}
