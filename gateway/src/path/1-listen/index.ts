import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyHttpOptions } from 'fastify'
import { isHttp2 } from '../../wire/http2.ts'
import type { Gateway, Stage } from '../context.ts'
import { enter, replyOnSocket } from '../context.ts'
import { answerClientError, refuseOnSocket } from './client-error.ts'
import { useDrain } from './drain.ts'
import { useHttp2Patience } from './http2-patience.ts'
import { useLastRequest } from './last-request.ts'
import { useSlowClients } from './slow-clients.ts'
import { createTlsServer } from './tls-server.ts'

const NAME = '1-listen'

/**
 * Sockets and the HTTP parser. Refuses what is no HTTP message (400), comes too slowly (408) or has too large a
 * header (431). Every limit is written here: the defaults of Node and fastify are wide or off.
 */
export const listen: Stage = {
  name: NAME,

  options: ({ settings, certificates, ...gateway }: Gateway) => ({
    ...(certificates && {
      serverFactory: (handle, limits) =>
        createTlsServer(handle, limits as FastifyHttpOptions<Server>, { settings, ...gateway }, certificates),
    }),
    // One line per request is 2-access-log's work; fastify's own logger would add more.
    logger: false,
    http: {
      maxHeaderSize: settings.HEADER_BYTES,
      headersTimeout: Math.min(settings.HEADERS_TIMEOUT_MS, settings.REQUEST_TIMEOUT_MS),
      connectionsCheckingInterval: 1_000,
      insecureHTTPParser: false,
      // 3-edge-guard asks for the Host header itself, so that its absence is answered and logged like the rest.
      requireHostHeader: false,
    },
    requestTimeout: settings.REQUEST_TIMEOUT_MS,
    connectionTimeout: 180_000,
    // Longer than the idle time of the usual load balancers, so that they and not we close.
    keepAliveTimeout: 75_000,
    // Node would answer what comes after the last one with a bare 503, unlogged: `last-request.ts` counts.
    maxRequestsPerSocket: 0,
    // While draining, requests on open connections are still served, and told to close.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // `wire/client-address.ts` knows whom to believe.
    trustProxy: false,
    exposeHeadRoutes: false,
    routerOptions: {
      // As long as the longest target: beyond this the router would answer by itself.
      maxParamLength: settings.TARGET_BYTES,
      // Nothing here reads the query; it travels on as written.
      querystringParser: () => NO_QUERY,
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, { settings, ...gateway }),
  }),

  install: (app, gateway) => {
    // Beyond a number of fields Node drops the rest in silence; 3-edge-guard counts them.
    app.server.maxHeadersCount = 0
    // Without a listener Node would cut the connection and nobody would know. With one, errors are ours to catch.
    app.server.on('connect', (_request, socket: Socket) => {
      socket.on('error', () => {})
      refuseOnSocket('GW_TARGET', socket, gateway)
    })
    // An expectation other than 100-continue would be answered by Node, unlogged; 3-edge-guard refuses it.
    app.server.on('checkExpectation', (request, response) => app.routing(request, response))
    app.addHook('onRequest', (request, reply, done) => {
      if (!isHttp2(request.raw)) replyOnSocket.set(request.raw.socket, reply)
      enter(request, NAME)
      done()
    })
    useSlowClients(app, gateway)
    useHttp2Patience(app, gateway.settings.REQUEST_TIMEOUT_MS)
    useDrain(app)
    useLastRequest(app, gateway.settings.REQUESTS_PER_CONNECTION)
  },
}

const NO_QUERY = Object.freeze({})
