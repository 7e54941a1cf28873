import { promisify } from 'node:util'
import { brotliDecompress, constants, gunzip, inflate, type ZlibOptions, zstdDecompress } from 'node:zlib'
import type { RequestEncoding } from '@stockgate/policy-schema'
import { Refusal } from '../../errors/refusal.ts'

/** No more than this many times its size may come out of a body, once it is larger than `FREE`. */
const LARGEST_RATIO = 20
const FREE = 64 * 1024
/** As many as there are threads for it; each may need a window of several megabytes. */
const AT_ONCE = 4

type Decoder = (bytes: Buffer, options: ZlibOptions & { rejectGarbageAfterEnd: true }) => Promise<Buffer>

const DECODERS: Readonly<Record<RequestEncoding, Decoder>> = {
  gzip: promisify(gunzip) as Decoder,
  // What HTTP calls deflate is a zlib stream; bare DEFLATE is a mistake of old clients.
  deflate: promisify(inflate) as Decoder,
  br: promisify(brotliDecompress) as Decoder,
  zstd: (bytes, options) =>
    // RFC 9659: a window of 8 MiB at most.
    (promisify(zstdDecompress) as Decoder)(bytes, {
      ...options,
      params: { [constants.ZSTD_d_windowLogMax]: 23 },
    } as never),
}

let running = 0
const waiting: (() => void)[] = []

/** The most that may come out of a body of this size where `limit` is the limit of the route. */
export function mostDecoded(size: number, limit: number): number {
  return Math.min(limit, Math.max(FREE, size * LARGEST_RATIO))
}

/**
 * The body in clear. Rejects with a Refusal where it is longer than `most`, broken, cut short or followed by anything.
 * It is decoded off the main thread, a few bodies at a time.
 */
export async function decode(bytes: Buffer, coding: RequestEncoding, most: number): Promise<Buffer> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await DECODERS[coding](bytes, { maxOutputLength: most, rejectGarbageAfterEnd: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE')
      throw new Refusal('GW_BODY_CODING', { cause: error })
    throw new Refusal('GW_BODY_SIZE', {
      detail: `The decoded body is larger than ${most} bytes: the limit, or ${LARGEST_RATIO} times what was sent.`,
      cause: error,
    })
  } finally {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }
}
