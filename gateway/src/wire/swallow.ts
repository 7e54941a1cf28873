import type { Readable } from 'node:stream'

/** How much of a refused body is read, and for how long, so that the client can read the answer. */
const MOST = 8 * 1024 * 1024
const LONGEST_MS = 1_000

/**
 * Reads a body on and throws it away: a connection that is closed while its client still sends is reset, and the
 * client may never read what it was told. Settles when the body has ended, is too much to listen to or takes too long.
 */
export function swallow(source: Readable): Promise<void> {
  if (source.readableEnded || source.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_MS)
    let swallowed = 0
    const stop = (): void => {
      clearTimeout(timer)
      resolve()
    }
    source.on('data', (chunk: Buffer) => {
      swallowed += chunk.length
      if (swallowed > MOST) stop()
    })
    source.once('close', stop).once('end', stop).once('error', stop)
    source.resume()
  })
}
