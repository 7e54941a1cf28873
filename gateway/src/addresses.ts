import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { BlockList } from 'node:net'
import { networkInterfaces } from 'node:os'

const LOOK_UP_MS = 1_000

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
/** All addresses of the machine. Connecting to one of them reaches the machine itself. */
const wildcards = new BlockList()
wildcards.addAddress('0.0.0.0', 'ipv4')
wildcards.addAddress('::', 'ipv6')

/** The addresses of a host, be it a name or written in any form; none where nobody knows it in time. */
export async function addressesOf(host: string): Promise<readonly LookupAddress[]> {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<[]>((resolve) => {
    timer = setTimeout(resolve, LOOK_UP_MS, [])
  })
  try {
    return await Promise.race([lookup(bare, { all: true }), late])
  } catch {
    return []
  } finally {
    clearTimeout(timer)
  }
}

/** Whether nobody but this machine can reach an address; an IPv4 one may be written as IPv6. */
export function isLoopback(address: LookupAddress): boolean {
  return holds(loopback, address)
}

/** Whether a listener on one address takes connections that are made to the other. */
export function isReachedBy(listener: LookupAddress, target: LookupAddress): boolean {
  if (holds(wildcards, listener)) return isOwn(target)
  if (holds(wildcards, target)) return isLoopback(listener)
  const same = new BlockList()
  same.addAddress(listener.address, familyOf(listener))
  return holds(same, target)
}

function isOwn(target: LookupAddress): boolean {
  if (isLoopback(target) || holds(wildcards, target)) return true
  const own = new BlockList()
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((list) => list ?? []))
    own.addAddress(address, family === 'IPv6' ? 'ipv6' : 'ipv4')
  return holds(own, target)
}

function holds(list: BlockList, address: LookupAddress): boolean {
  return list.check(address.address.split('%', 1)[0] as string, familyOf(address))
}

function familyOf({ family }: LookupAddress): 'ipv4' | 'ipv6' {
  return family === 6 ? 'ipv6' : 'ipv4'
}
