import type { Server as HttpServer, RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { FastifyHttpOptions } from 'fastify'
import type { Certificates } from '../../tls/index.ts'
import type { Gateway } from '../context.ts'
import { Http2Side } from './http2.ts'

const SWEEP_MS = 1_000

/**
 * A listener that speaks TLS, and in it HTTP/2 or HTTP/1.1 as the client chooses. For HTTP/1.1 it is a plain
 * `https.Server`: every limit of Node's parser and connections holds as it does without TLS.
 */
export function createTlsServer(
  handle: RequestListener,
  limits: FastifyHttpOptions<HttpServer>,
  gateway: Pick<Gateway, 'settings' | 'log'>,
  certificates: Certificates,
): HttpServer {
  const { headersTimeout = 10_000 } = limits.http ?? {}
  const { keepAliveTimeout = 75_000, requestTimeout = 30_000, connectionTimeout = 0 } = limits
  const server = createServer(
    {
      ...limits.http,
      ...certificates.serverOptions,
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: headersTimeout,
      keepAliveTimeout,
      requestTimeout,
    },
    handle,
  )
  server.setTimeout(connectionTimeout)
  server.maxRequestsPerSocket = limits.maxRequestsPerSocket ?? 0
  certificates.follow(server)

  const http2 = new Http2Side(
    gateway,
    { firstMs: headersTimeout, idleMs: keepAliveTimeout },
    handle,
    (request, response) => {
      if (server.emit('checkContinue', request, response)) return
      response.writeContinue()
      handle(request, response)
    },
  )
  // What Node would do with every connection, for those that speak HTTP/1.1.
  const [toHttp1] = server.listeners('secureConnection') as [(socket: TLSSocket) => void]
  server.removeListener('secureConnection', toHttp1)
  const accepted = new Set<Socket>()
  server.prependListener('connection', (socket: Socket) => {
    accepted.add(socket)
    socket.once('close', () => accepted.delete(socket))
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') http2.take(socket)
    else toHttp1.call(server, socket)
  })
  // Scanners and mistaken clients; Node has closed the connection.
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) =>
    gateway.log.debug({ address: socket.remoteAddress, cause: error.code }, 'a TLS handshake failed'),
  )

  const closeIdle = server.closeIdleConnections.bind(server)
  const closeAll = server.closeAllConnections.bind(server)
  server.closeIdleConnections = () => {
    closeIdle()
    http2.retire()
  }
  server.closeAllConnections = () => {
    closeAll()
    http2.cut()
    for (const socket of accepted) socket.destroy()
  }
  const sweeper = setInterval(() => http2.sweep(performance.now()), SWEEP_MS)
  sweeper.unref()
  server.once('close', () => clearInterval(sweeper))
  return server
}
