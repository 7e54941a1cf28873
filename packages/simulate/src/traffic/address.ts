import { isIPv4, isIPv6 } from 'node:net'

const MAPPED = /^::ffff:(?=[\d.]+$)/i

/** The address a caller is counted by, as the gateway counts it: an IPv6 address stands for its /64. */
export function countedAddress(written: string): string {
  const text = written.replace(MAPPED, '')
  if (isIPv4(text) || !isIPv6(text)) return text.toLowerCase()
  const groups = groupsOf(text)
  if (groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff') return fourOf(groups)
  return canonical(`${groups.slice(0, 4).join(':')}::`)
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(text: string): string[] {
  const [head = '', tail] = canonical(text.replace(/%.*$/, '')).split('::')
  const before = head === '' ? [] : head.split(':')
  if (tail === undefined) return before
  const after = tail === '' ? [] : tail.split(':')
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
}

/** The one spelling of RFC 5952, which is also how a URL writes its host. */
function canonical(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1)
}

function fourOf(groups: readonly string[]): string {
  const [high, low] = groups.slice(6).map((group) => Number.parseInt(group, 16)) as [number, number]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
