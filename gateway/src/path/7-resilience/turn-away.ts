import type { Readable } from 'node:stream'
import type { ErrorCode } from '../../errors/catalog.ts'
import { Refusal } from '../../errors/refusal.ts'

/** How much of a refused body is read, and for how long, so that the client can read the answer. */
const SWALLOWED_MOST = 8 * 1024 * 1024
const SWALLOW_MS = 1_000

/** Refuses a request whose body is still coming, and goes on reading for a while so that the client reads the answer. */
export function turnAway(
  source: Readable,
  code: ErrorCode,
  { detail, headers }: { detail?: string; headers?: Record<string, string> } = {},
): Refusal {
  const said = { ...(detail !== undefined && { detail }), headers: { ...headers, connection: 'close' } }
  return new Refusal(code, { ...said, linger: swallow(source) })
}

/** Settles when the body has ended, is too much to listen to, or takes too long. */
function swallow(source: Readable): Promise<void> {
  if (source.readableEnded || source.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, SWALLOW_MS)
    let swallowed = 0
    const stop = (): void => {
      clearTimeout(timer)
      resolve()
    }
    source.on('data', (chunk: Buffer) => {
      swallowed += chunk.length
      if (swallowed > SWALLOWED_MOST) stop()
    })
    source.once('close', stop).once('end', stop).once('error', stop)
    source.resume()
  })
}
