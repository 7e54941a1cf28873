import { type Readable, Transform } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'

/**
 * A body as a stream of ours: what has come in so far, then the rest of `source`. It fails when it grows beyond
 * `most`. Not the client's own stream, because undici destroys a body it gives up and that would cut the socket.
 */
export function streamOn(
  source: Readable,
  request: FastifyRequest,
  so: { far: Buffer | null; most: number; onTooLarge: () => void; onEnd: () => void },
): Readable {
  const { far, most, onTooLarge, onEnd } = so
  let before = far === null ? 0 : far.length
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      if (before > 0) before -= chunk.length
      else request.bodyBytes += chunk.length
      if (request.bodyBytes > most) {
        onTooLarge()
        next(new Refusal('GW_BODY_SIZE'))
      } else next(null, chunk)
    },
  })
  counted.once('close', () => {
    source.unpipe(counted)
    // What is not sent on is read on, or the connection could carry no further request.
    source.resume()
    onEnd()
  })
  // Nobody else may be listening: a body can break before it has a place to go.
  counted.on('error', () => {})
  source.once('error', (error) => counted.destroy(error))
  if (far !== null) counted.write(far)
  source.pipe(counted)
  return counted
}
