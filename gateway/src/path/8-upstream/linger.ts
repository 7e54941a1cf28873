import { PassThrough, pipeline, type Readable } from 'node:stream'

/** For how long a client may go on sending what nobody wants any more. */
const LINGER_MS = 1_000

/**
 * An answer that came before its request had: sent on at once, but not ended before the client has stopped sending, or
 * has had its time. A connection that is closed while bytes come in is reset, and a reset can take the answer with it.
 */
export function lingering(answer: Readable, request: Readable): Readable {
  const held = new PassThrough({
    flush(done) {
      if (request.readableEnded || request.destroyed) return done()
      const timer = setTimeout(end, LINGER_MS)
      function end(): void {
        clearTimeout(timer)
        request.removeListener('end', end).removeListener('close', end)
        done()
      }
      request.once('end', end).once('close', end)
      request.resume()
    },
  })
  pipeline(answer, held, () => {})
  return held
}
