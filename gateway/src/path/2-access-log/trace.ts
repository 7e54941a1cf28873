import { randomFillSync } from 'node:crypto'
import type { Trace } from '../context.ts'

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const NO_ID = /^0+$/
/** Bits of the W3C flags that mean something to us: sampled, and random trace id. */
const KNOWN_FLAGS = 0x03

/** Continues a well-formed traceparent with a span of ours; starts a new trace in every other case. */
export function traceOf(traceparent: string | string[] | undefined): Trace {
  if (typeof traceparent === 'string') {
    const [, version, id, parent, flags, more] = TRACEPARENT.exec(traceparent) ?? []
    if (id && parent && flags && isUsable(version, id, parent, more)) {
      const kept = (Number.parseInt(flags, 16) & KNOWN_FLAGS).toString(16).padStart(2, '0')
      return { id, span: randomHex(8), flags: kept, continued: true }
    }
  }
  return { id: randomHex(16), span: randomHex(8), flags: '03', continued: false }
}

/** Version 00 ends after the flags; a later one may go on, and is then read as far as we know it. */
function isUsable(
  version: string | undefined,
  id: string,
  parent: string,
  more: string | undefined,
): boolean {
  if (version === 'ff' || (version === '00' && more !== undefined)) return false
  return !NO_ID.test(id) && !NO_ID.test(parent)
}

const pool = Buffer.allocUnsafe(4096)
let used = pool.length

/** Random bytes are drawn a page at a time: a call into OpenSSL for each request would cost more than the rest. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}
