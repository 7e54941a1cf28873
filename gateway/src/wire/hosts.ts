import { isIPv6 } from 'node:net'
import type { Settings } from '../settings.ts'

/** Which hosts a request may name. */
export type HostRule = (host: string) => boolean

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]']
/** A name by its labels, or an IPv6 address, then maybe a port. No user, no underscore, no empty label. */
const HOST =
  /^(?:(?=.{1,253}(?::|$))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*|\[([0-9a-f:.]{2,45})\])(?::([1-9]\d{0,4}))?$/
const LONGEST = 261
const HIGHEST_PORT = 65_535
/** Hosts that have passed once; clients that invent names do not fill this. */
const MOST_KNOWN = 200

/**
 * The rule of an allow-list. `api.example` allows every port, `api.example:8443` only this one, `*` any host that is
 * written properly. What stands in `exact` allows nothing but itself. Case does not matter.
 */
export function hostRule(allowed: readonly string[], exact: readonly string[] = []): HostRule {
  const any = allowed.includes('*')
  const names = new Set(allowed.map((entry) => entry.toLowerCase()))
  const whole = new Set([...names, ...exact])
  const known = new Set<string>()
  return (host) => {
    if (known.has(host)) return true
    const lower = host.toLowerCase()
    if (!isHost(lower)) return false
    if (!any && !whole.has(lower) && !names.has(withoutPort(lower))) return false
    if (known.size < MOST_KNOWN) known.add(host)
    return true
  }
}

/**
 * The hosts of the public listener: always that of `PUBLIC_URL`, on its own port; and those of `HOSTS`, in place of
 * which stand the names of loopback, on any port.
 */
export function publicHostRule({ PUBLIC_URL, HOSTS }: Pick<Settings, 'PUBLIC_URL' | 'HOSTS'>): HostRule {
  const { host, port, protocol } = new URL(PUBLIC_URL)
  const own = port === '' ? [host, `${host}:${protocol === 'https:' ? 443 : 80}`] : [host]
  return hostRule(HOSTS.length > 0 ? HOSTS : LOOPBACK, own)
}

/** Whether this is a host as a Host header may write it; small letters only. */
export function isHost(lower: string): boolean {
  if (lower.length > LONGEST) return false
  const [good, address, port] = HOST.exec(lower) ?? []
  if (good === undefined || (address !== undefined && !isIPv6(address))) return false
  return port === undefined || Number(port) <= HIGHEST_PORT
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':')
  return colon > host.lastIndexOf(']') ? host.slice(0, colon) : host
}
