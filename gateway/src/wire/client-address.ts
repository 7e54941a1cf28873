import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'

const MAPPED = /^::ffff:(?=[\d.]+$)/i
const WITH_PORT = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/
/** Of a longer chain nobody needs the rest. */
const MOST_HOPS = 32
/** Peers that were looked up; clients that come from everywhere do not fill this. */
const MOST_KNOWN = 1_000

export interface ClientAddresses {
  /** Whether the peer of a connection is a proxy whose word on its client counts. */
  trusts(peer: string | undefined): boolean
  /** The client of a request, as far as trusted hops name it. Empty where the connection is already gone. */
  of(peer: string | undefined, forwardedFor: string | string[] | undefined): string
}

/**
 * Finds out who calls: the peer, unless that is a trusted proxy. Then it is the right-most address in
 * X-Forwarded-For that is not a trusted proxy itself; what stands left of it was said by a stranger. A hop that is no
 * address ends the walk: the request then counts as the proxy's own.
 */
export function createClientAddresses(trusted: readonly string[]): ClientAddresses {
  const list = blockList(trusted)
  const known = new Map<string, boolean>()

  function isTrusted(address: string): boolean {
    if (list === null) return false
    const before = known.get(address)
    if (before !== undefined) return before
    const is = list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
    if (known.size < MOST_KNOWN) known.set(address, is)
    return is
  }

  return {
    trusts: (peer = '') => list !== null && isIP(plain(peer)) !== 0 && isTrusted(plain(peer)),
    of: (peer = '', forwardedFor) => {
      let address = plain(peer)
      if (list === null || forwardedFor === undefined || isIP(address) === 0) return address
      const hops = String(forwardedFor).split(',')
      for (let at = hops.length - 1; at >= 0 && at >= hops.length - MOST_HOPS; at--) {
        if (!isTrusted(address)) return address
        const hop = addressOf(hops[at] as string)
        if (hop === null) return address
        address = hop
      }
      return address
    },
  }
}

/** An address as some proxies write it: in brackets, with a port, an IPv4 one in IPv6 clothes. */
function addressOf(written: string): string | null {
  const text = written.trim()
  const [, inBrackets, beforePort] = WITH_PORT.exec(text) ?? []
  if (inBrackets !== undefined && !isIPv6(inBrackets)) return null
  const address = plain(inBrackets ?? beforePort ?? text)
  return isIP(address) === 0 || address.includes('%') ? null : address.toLowerCase()
}

/** A listener on `::` sees 192.0.2.1 as ::ffff:192.0.2.1. */
function plain(address: string): string {
  return address.includes(':') ? address.replace(MAPPED, '') : address
}

function blockList(blocks: readonly string[]): BlockList | null {
  if (blocks.length === 0) return null
  const list = new BlockList()
  for (const block of blocks) {
    const [address = '', bits] = block.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}
