import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import { isHttp2, streamOf } from '../../wire/http2.ts'
import type { Gateway } from '../context.ts'
import { Connections } from './connections.ts'
import { roomForConnections } from './open-files.ts'
import { Pace, type Slow } from './pace.ts'

const LOOK_EVERY_MS = 1_000
/** Of what happens to thousands of connections at once, one line in this time is enough. */
const SAY_EVERY_MS = 10_000
const FEWEST_CONNECTIONS = 10

/** Bounds how many connections are open, and how slowly a client may send and read. */
export function useSlowClients(
  app: FastifyInstance,
  { settings, log }: Pick<Gateway, 'settings' | 'log'>,
): void {
  const room = roomForConnections()
  if (room < settings.CONNECTIONS)
    log.warn(
      { room, CONNECTIONS: settings.CONNECTIONS },
      'the limit of open files has room for fewer connections',
    )
  const connections = new Connections(Math.min(settings.CONNECTIONS, room))
  const pace = new Pace(settings.MIN_BYTES_PER_SECOND, performance.now(), giveUp)
  let saidAt = Number.NEGATIVE_INFINITY
  let closed = 0
  let refused = 0

  function sayFull(): void {
    const now = performance.now()
    if (now - saidAt < SAY_EVERY_MS) return
    saidAt = now
    const { open, most } = connections
    log.warn({ open, most, closed, refused }, 'connections are at their most: idle ones make room')
  }

  app.server.on('connection', (socket: Socket) => {
    const place = connections.opened(socket)
    if (place === 'free') return
    if (place === 'made') closed++
    else refused++
    sayFull()
  })
  app.server.on('secureConnection', (socket: Socket) => connections.secured(socket))
  // Without a listener, one failed accept would end the process. Errors of listening itself have listeners of their own.
  app.server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'accept') return
    connections.lower(FEWEST_CONNECTIONS)
    const { open, most } = connections
    log.error(
      { err: error, open, most },
      'the system takes no more connections: raise its limit of open files',
    )
  })

  app.addHook('onRequest', (request, reply, done) => {
    const socket = socketOf(request.raw)
    const connection = socket && connections.began(socket)
    pace.began(reply)
    reply.raw.once('close', () => {
      if (connection !== undefined) connections.ended(connection)
      pace.ended(reply)
    })
    done()
  })

  if (settings.MIN_BYTES_PER_SECOND === 0) return
  const timer = setInterval(() => pace.look(performance.now()), LOOK_EVERY_MS).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}

/** With HTTP/2 the way to it throws once its session has ended. */
function socketOf(request: IncomingMessage): Socket | undefined {
  if (!isHttp2(request)) return request.socket
  const { session } = streamOf(request)
  return session === undefined || session.destroyed ? undefined : (session.socket as Socket)
}

/** Tells the client where it can still be told, and cuts its connection. */
function giveUp({ request, raw }: FastifyReply, kind: Slow): void {
  request.error ??= 'GW_SLOW_CLIENT'
  if (kind === 'body' && request.giveUp !== null && !raw.headersSent)
    request.giveUp(new Refusal('GW_SLOW_CLIENT', { headers: { connection: 'close' } }))
  else if (raw.destroyed) request.raw.destroy()
  else {
    if (kind === 'answer') forgetSent(request.raw)
    raw.destroy()
  }
}

/** Lets go of what the system still holds for a client that does not read: megabytes, for minutes. */
function forgetSent(request: IncomingMessage): void {
  if (isHttp2(request) || 'encrypted' in request.socket) return
  request.socket.resetAndDestroy()
}
