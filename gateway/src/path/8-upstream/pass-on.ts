import type { FastifyReply, FastifyRequest } from 'fastify'
import { isHttp2 } from '../../wire/http2.ts'
import { isMediaType } from '../../wire/media-type.ts'
import type { Answer } from '../context.ts'
import { lingering } from './linger.ts'

/** An answer up to this size comes with its headers more often than not. */
const AT_ONCE_MOST = 64 * 1024

/**
 * Hands the answer of a service to the client. One that is here whole by the time its headers have been read goes out
 * in one piece, for a stream costs more than all else that is done with it.
 */
export function passOn(answer: Answer, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode, headers, body } = answer
  const { raw } = request
  for (const name in headers) reply.header(name, headers[name])
  const allIn = raw.complete || isHttp2(raw)
  // A connection can go on only when its request was read to the end.
  if (!allIn) reply.header('connection', 'close')
  reply.code(statusCode)
  if (raw.aborted) {
    body.on('error', () => {}).destroy()
    return
  }
  if (!allIn) {
    reply.send(lingering(body, raw))
    return
  }
  const { 'content-type': type, 'content-length': announced } = headers
  const length = Number(announced ?? 0)
  // Beside bytes fastify puts a type of its own in the place of none, or of one it cannot read.
  const typed = typeof type === 'string' && isMediaType(type)
  if (length === 0 || length > AT_ONCE_MOST || !typed) {
    reply.send(body)
    return
  }
  process.nextTick(() => {
    const whole = request.passing?.complete === true && body.readableLength === length
    reply.send(whole ? body.read() : body)
  })
}
