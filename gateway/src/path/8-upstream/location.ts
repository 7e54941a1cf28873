import { isIP } from 'node:net'
import type { Relocate } from './answer-headers.ts'

/** Of no scheme that a place would have, so that `http:shop/x` is not taken for a relative one. */
const BASE = 'ws://relative.invalid/'
const OF_THE_WEB = new Set(['http:', 'https:', 'ws:', 'wss:'])
/** In an address that a browser follows they run code or open what is on its own machine. */
const NEVER = new Set(['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'filesystem:', 'view-source:'])
const LOOPBACK = /^(?:127\.|\[::1\]$|localhost$)/
/** Where clouds keep the secrets of a machine. */
const LINK_LOCAL = /^(?:169\.254\.|\[fe[89ab])/

/**
 * Makes `Location` and the like fit for the client: an absolute one that names a place behind the gateway becomes a
 * path, one to the outside world (a client's own redirect) stays, one that is ambiguous or names a user is dropped.
 * `hosts` gives the places behind the gateway, as host or host and port; `publicUrl` is where clients find us.
 */
export function createRelocate(hosts: () => Iterable<string>, publicUrl: string): Relocate {
  const publicName = nameOf(new URL(publicUrl).hostname)

  function isInternal(url: URL): boolean {
    const name = nameOf(url.hostname)
    // On this machine and under our public name clients have places too, such as the page an app waits on for its
    // redirect: there the port tells.
    const shared = name === publicName || LOOPBACK.test(name)
    const port = url.port || (url.protocol === 'https:' || url.protocol === 'wss:' ? '443' : '80')
    for (const known of hosts())
      if (hostOf(known) === name && (!shared || portsOf(known).includes(port))) return true
    return false
  }

  return (location) => {
    // A plain path stays in the client's own origin. Browsers read `\` as `/` and skip tabs, so these are parsed.
    if (location.charCodeAt(0) === SLASH && location.charCodeAt(1) !== SLASH && !/[\\\t]/.test(location))
      return location
    const url = URL.parse(location, BASE)
    if (!url || NEVER.has(url.protocol)) return undefined
    if (url.host === 'relative.invalid') return /[\\\t]/.test(location) ? pathOf(url) : location
    if (!OF_THE_WEB.has(url.protocol)) return location
    if (isInternal(url)) return pathOf(url)
    if (url.username !== '' || url.password !== '' || LINK_LOCAL.test(nameOf(url.hostname))) return undefined
    return location
  }
}

const SLASH = 0x2f

/** One slash at its beginning: with two it would name a host again. */
function pathOf({ pathname, search, hash }: URL): string {
  return `${pathname.replace(/^\/{2,}/, '/')}${search}${hash}`
}

/** One spelling for a host: no dot at its end, and an IPv4 address in IPv6 form is one of IPv4. */
function nameOf(hostname: string): string {
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname)
  if (mapped === null) return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  const [high, low] = [Number.parseInt(mapped[1] as string, 16), Number.parseInt(mapped[2] as string, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

function hostOf(known: string): string {
  if (isIP(known) === 6) return `[${known}]`
  const end = known.lastIndexOf(':')
  return end > known.lastIndexOf(']') ? known.slice(0, end) : known
}

/** Without a port in its name an endpoint is at that of its scheme, which the name does not tell. */
function portsOf(known: string): readonly string[] {
  const host = hostOf(known)
  return host.length < known.length && isIP(known) === 0 ? [known.slice(host.length + 1)] : ['80', '443']
}
