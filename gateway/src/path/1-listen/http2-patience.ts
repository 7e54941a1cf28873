import { constants } from 'node:http2'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import { isHttp2, streamOf } from '../../wire/http2.ts'

const LOOK_MS = 1_000

/**
 * The time a client has to send one whole request holds for HTTP/2 as well, where Node has no such limit: 408 where
 * an answer can still be given, else the stream is reset. Requests without a body are whole from the start.
 */
export function useHttp2Patience(app: FastifyInstance, requestTimeoutMs: number): void {
  const arriving = new Set<FastifyReply>()

  app.addHook('onRequest', (request, reply, done) => {
    if (isHttp2(request.raw) && !request.raw.complete) {
      arriving.add(reply)
      reply.raw.once('close', () => arriving.delete(reply))
    }
    done()
  })

  const timer = setInterval(() => {
    const latest = performance.now() - requestTimeoutMs
    for (const reply of arriving) {
      const { raw, startedAt } = reply.request
      if (raw.complete) arriving.delete(reply)
      // In the order of their beginning: those behind are younger.
      else if (startedAt > latest) break
      else {
        arriving.delete(reply)
        giveUp(reply)
      }
    }
  }, LOOK_MS).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}

function giveUp(reply: FastifyReply): void {
  const refusal = new Refusal('GW_REQUEST_TIMEOUT')
  const { request } = reply
  if (request.giveUp !== null) request.giveUp(refusal)
  else if (!reply.sent && !reply.raw.headersSent) reply.send(refusal)
  else {
    request.error ??= 'GW_REQUEST_TIMEOUT'
    streamOf(request.raw).close(constants.NGHTTP2_CANCEL)
  }
}
