import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { isHttp2 } from '../../wire/http2.ts'
import { swallow } from '../../wire/swallow.ts'

/** A body up to this size is read to its end after an early answer; for a larger one the connection ends. */
const READ_ON_MOST = 64 * 1024

/** Where a socket carries how many requests came on it, and which of them is the last. */
const kRequests = Symbol('requests')
type Carrier = Socket & { [kRequests]?: Requests }
interface Requests {
  count: number
  last: number
}

/**
 * Decides with which answer an HTTP/1.1 connection ends: after `most` requests, after a refusal that says so, after a
 * request that would rather speak another protocol, and where an answer came before a body that nobody will read, so
 * that nobody takes that body for the next request. What a client has sent behind its last request is refused, not
 * served.
 */
export function useLastRequest(app: FastifyInstance, most: number): void {
  /** Requests whose client waits to be told that its body is wanted. */
  const waiting = new WeakSet<IncomingMessage>()

  // Node would say 100 before anybody has looked at the request. It is said to who gets its body read.
  app.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.add(request)
    request.once('resume', () => {
      if (waiting.delete(request) && !response.headersSent) response.writeContinue()
    })
    app.routing(request, response)
  })

  app.addHook('onRequest', (request, _reply, done) => {
    const { raw } = request
    if (!isHttp2(raw)) {
      const socket: Carrier = raw.socket
      socket[kRequests] ??= { count: 0, last: most }
      const requests = socket[kRequests]
      request.place = ++requests.count
      // Node drops what came in one packet with a request to upgrade: nobody knows where the next one would begin. And
      // it ends a connection with the answer to who was never told 100, as where there is no body to wait for.
      const { upgrade } = raw.headers
      if (upgrade !== undefined || (waiting.has(raw) && !announcesBody(raw))) endWith(requests, request.place)
    }
    done()
  })
  // Asked when a request is judged: one before it may have been refused in the meantime.
  app.decorate('isPastLast', ({ raw, place }) => {
    const requests = (raw.socket as Carrier)[kRequests]
    return requests !== undefined && place > requests.last
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    const { raw } = request
    const asked = waiting.delete(raw)
    if (isHttp2(raw)) return done(null, payload)
    const requests = (raw.socket as Carrier)[kRequests] as Requests
    const unread = isUnread(raw)
    const last =
      request.place >= requests.last ||
      reply.getHeader('connection') === 'close' ||
      // The parser heeds it even in a trailer, and takes no further request.
      (raw.rawTrailers.length > 0 && raw.trailers.connection !== undefined) ||
      (unread && (asked || !isSmall(raw)))
    if (last) {
      endWith(requests, request.place)
      reply.header('connection', 'close')
    }
    done(null, last && unread && Buffer.isBuffer(payload) ? stayingFor(payload, raw) : payload)
  })
}

function endWith(requests: Requests, place: number): void {
  if (place < requests.last) requests.last = place
}

/** Whether a body is still to come for which nobody has asked. */
function isUnread(request: IncomingMessage): boolean {
  const { readableFlowing, complete, destroyed } = request
  return announcesBody(request) && readableFlowing === null && !complete && !destroyed
}

function announcesBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = headers
  return coding !== undefined || (length !== undefined && length !== '0')
}

function isSmall({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length']) <= READ_ON_MOST
}

/** The answer at once, its end when the body has been read: else the client might not get to read it. */
function stayingFor(payload: Buffer, body: IncomingMessage): Readable {
  const read = swallow(body)
  return Readable.from(
    (async function* () {
      yield payload
      await read
    })(),
  )
}
