import type { FastifyInstance } from 'fastify'

/** While the process stops, every answer closes its connection: an idle keep-alive client would hold up the end. */
export function useDrain(app: FastifyInstance): void {
  app.decorate('draining', false)
  app.addHook('preClose', (done) => {
    app.draining = true
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (app.draining) reply.header('connection', 'close')
    done(null, payload)
  })
}
