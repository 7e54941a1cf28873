import { isIP } from 'node:net'

/** Reads a comma list of addresses and CIDR blocks; a block without its bits is one address. */
export function readAddresses(value: string): readonly string[] {
  const blocks = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  for (const block of blocks) {
    const [address = '', bits, ...rest] = block.split('/')
    const version = isIP(address)
    const most = version === 6 ? 128 : 32
    const right = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
    if (version === 0 || !right || rest.length > 0)
      throw new Error(`expected addresses or CIDR blocks such as 10.0.0.0/8, got "${block}"`)
  }
  return blocks
}
