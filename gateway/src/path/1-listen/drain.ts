import type { FastifyInstance } from 'fastify'
import { isHttp2, sessionOf } from '../../wire/http2.ts'

/**
 * While the process stops, every answer closes its connection: an idle keep-alive client would hold up the end. With
 * HTTP/2 the connection is told to take no further request and ends with its last; it knows no `Connection` field.
 */
export function useDrain(app: FastifyInstance): void {
  app.decorate('draining', false)
  app.addHook('preClose', (done) => {
    app.draining = true
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    if (isHttp2(request.raw)) {
      reply.removeHeader('connection')
      if (app.draining) sessionOf(request.raw)?.close()
    } else if (app.draining) reply.header('connection', 'close')
    done(null, payload)
  })
}
