import { catalog } from '../../errors/catalog.ts'
import { createClientAddresses } from '../../wire/client-address.ts'
import { bytesOfStream } from '../../wire/http2.ts'
import { enter, type Stage } from '../context.ts'
import { lineOf } from './line.ts'
import { recordOf } from './record.ts'
import { traceOf } from './trace.ts'

const NAME = '2-access-log'

/**
 * Gives every request its id and, when it is over, has its cost settled, keeps what was decided and writes exactly
 * one line, however it ends: the response's `close` comes after an answer, after a client that left, and after a
 * connection that broke. Refuses nothing.
 */
export const accessLog: Stage = {
  name: NAME,

  // The id is the trace id, known in the hook below.
  options: () => ({ genReqId: () => '' }),

  install: (app, { settings, log, policy, records, clock }) => {
    const addresses = createClientAddresses(settings.TRUST_PROXY)
    app.addHook('onRequest', (request, reply, done) => {
      request.startedAt = performance.now()
      request.trace = traceOf(request.raw.headers.traceparent)
      request.id = request.trace.id
      // Read now: when the connection is gone, so is its address.
      const peer = request.raw.socket.remoteAddress
      request.address = addresses.of(peer, request.raw.headers['x-forwarded-for'])
      request.viaProxy = addresses.trusts(peer)
      request.policy = policy.current()
      // `routeOptions` builds an object each time it is read, so it is read here once.
      request.plan = request.routeOptions.config?.plan ?? null
      reply.header('x-request-id', request.id)
      const { socket } = request.raw
      const bytesBefore = socket.bytesWritten
      reply.raw.once('close', () => {
        app.settleUp(request, reply)
        const line = lineOf(request, reply, bytesOfStream(reply.raw) ?? socket.bytesWritten - bytesBefore)
        records.keep(recordOf(request, line, clock()))
        log[line.error === null ? 'info' : catalog[line.error].level](line)
      })
      enter(request, NAME)
      done()
    })
  },
}
