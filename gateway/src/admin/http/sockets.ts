import { createServer as createPlain, type RequestListener, type Server } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { Settings } from '../../settings.ts'
import type { Certificates } from '../../tls/index.ts'

/** Far more than operators, scrapers and probes open. */
const MOST_CONNECTIONS = 1_000
/** Time for a whole request: the largest body is a mebibyte. */
const REQUEST_MS = 10_000
/** A client that neither sends nor reads for this long is cut off. */
const SILENT_MS = 60_000
const IDLE_MS = 15_000

export type SocketLimits = Pick<Settings, 'HEADER_BYTES' | 'HEADERS_TIMEOUT_MS' | 'REQUESTS_PER_CONNECTION'>

/**
 * The server below the admin side, with TLS where there are certificates. Every limit is written here; slow clients
 * cost it a socket for a while and never more.
 */
export function createSocketServer(
  handle: RequestListener,
  limits: SocketLimits,
  certificates: Certificates | null,
): Server {
  const headersTimeout = Math.min(limits.HEADERS_TIMEOUT_MS, REQUEST_MS)
  const options = {
    // Counted by us as well, and told as a problem: what the parser refuses it can only tell on the socket.
    maxHeaderSize: limits.HEADER_BYTES,
    headersTimeout,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: IDLE_MS,
    insecureHTTPParser: false,
    // Asked for by us, so that its absence is answered like the rest.
    requireHostHeader: false,
  }
  const server =
    certificates === null
      ? createPlain(options, handle)
      : createSecure(
          {
            ...options,
            ...certificates.serverOptions,
            ALPNProtocols: ['http/1.1'],
            handshakeTimeout: headersTimeout,
          },
          handle,
        )
  certificates?.follow(server as Server & Parameters<Certificates['follow']>[0])
  server.setTimeout(SILENT_MS)
  server.maxConnections = MOST_CONNECTIONS
  return server
}
