import { type Readable, Transform } from 'node:stream'
import { Refusal } from '../../errors/refusal.ts'
import type { Dispatch } from '../context.ts'

/** Bodies up to this size are taken in whole before the service is bothered. */
const GATHERED_MOST = 64 * 1024
/** How much of a refused body is read, and for how long, so that the client can read the answer. */
const SWALLOWED_MOST = 8 * 1024 * 1024
const SWALLOW_MS = 1_000

/**
 * Bounds the body, whether its length is announced or not. Small bodies are gathered first: a client that sends
 * slowly then holds no connection to the service. Larger ones stream, behind a stream of ours, because undici
 * destroys a body it gives up and that would cut the client's socket.
 */
export function bodyLimit(most: number): (inner: Dispatch) => Dispatch {
  return (inner) => (outbound, done) => {
    const source = outbound.body
    if (source === null || Buffer.isBuffer(source)) return inner(outbound, done)
    const announced = outbound.request.raw.headers['content-length']
    const length = announced === undefined ? undefined : Number(announced)
    if (length !== undefined && length > most) return refuse(source, most, done)
    if (length !== undefined && length <= GATHERED_MOST) {
      gather(source, (error, body) => {
        if (error) return done(error)
        outbound.body = body
        inner(outbound, done)
      })
      return
    }
    let tooLarge = false
    if (length !== undefined) outbound.headers.push('content-length', String(length))
    const counted = count(source, most, () => {
      tooLarge = true
    })
    outbound.body = counted
    inner(outbound, (error, answer) => {
      // What is not sent on is read on, or the connection could carry no further request.
      if (error) counted.destroy()
      if (!tooLarge) return done(error, answer)
      answer?.body.on('error', () => {}).destroy()
      refuse(source, most, done)
    })
  }
}

/** The whole body; an error when the client leaves before its end. */
function gather(source: Readable, then: (error: Error | null, body: Buffer | null) => void): void {
  const chunks: Buffer[] = []
  let ended = false
  source.on('data', (chunk: Buffer) => chunks.push(chunk))
  source.once('end', () => {
    ended = true
    then(
      null,
      chunks.length === 0 ? null : chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks),
    )
  })
  source.once('error', () => {})
  source.once('close', () => {
    if (!ended) then(new Refusal('GW_CLIENT_GONE'), null)
  })
}

/** The same body through a stream of ours that fails when it grows beyond `most`. */
function count(source: Readable, most: number, onTooLarge: () => void): Readable {
  let size = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      size += chunk.length
      if (size > most) {
        onTooLarge()
        next(new Refusal('GW_BODY_SIZE'))
      } else next(null, chunk)
    },
  })
  counted.once('close', () => {
    source.unpipe(counted)
    source.resume()
  })
  // Nobody else may be listening: a body can break before it has a place to go.
  counted.on('error', () => {})
  source.once('error', (error) => counted.destroy(error))
  source.pipe(counted)
  return counted
}

/** Refuses, and goes on reading for a little while so that the client gets to read the answer. */
function refuse(source: Readable, most: number, done: (error: Error) => void): void {
  const detail = `The body is larger than ${most} bytes.`
  done(new Refusal('GW_BODY_SIZE', { detail, headers: { connection: 'close' }, linger: swallow(source) }))
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
