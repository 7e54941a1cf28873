import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Logger } from 'pino'
import type { ErrorCode } from './errors/catalog.ts'
import { Refusal } from './errors/refusal.ts'
import { problemMessage } from './errors/render.ts'
import { listen, type Place } from './listen.ts'
import type { Settings } from './settings.ts'
import { faultBeforeRouting } from './wire/target.ts'

type Limits = Pick<
  Settings,
  'CONNECTIONS' | 'HEADER_BYTES' | 'HEADERS_TIMEOUT_MS' | 'PUBLIC_URL' | 'TARGET_BYTES'
>

export interface RedirectListener {
  readonly url: string
  close(): Promise<void>
}

/** How long a client may go on sending after it was answered. */
const LINGER_MS = 500

/**
 * The plain port beside TLS. It serves nothing and reads no body: every canonical target is answered with 308 to the
 * same one under `PUBLIC_URL`, whatever host was named; every other with 400. Each connection ends with its answer.
 */
export async function openRedirectListener(
  settings: Limits,
  place: Pick<Place, 'host' | 'port'>,
  log: Logger,
): Promise<RedirectListener> {
  const server = createServer({
    maxHeaderSize: settings.HEADER_BYTES,
    headersTimeout: settings.HEADERS_TIMEOUT_MS,
    requestTimeout: settings.HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: 1_000,
    insecureHTTPParser: false,
    requireHostHeader: false,
  })
  server.maxConnections = settings.CONNECTIONS
  server.maxRequestsPerSocket = 1

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { url = '', method = null } = request
    const id = newId()
    const fault = faultBeforeRouting(url, settings.TARGET_BYTES)
    // A path that no route can have, or with a %2F that some routes take, is still a path: the other listener judges it.
    if (fault !== null && fault !== 'GW_NO_ROUTE') {
      log.info(lineOf(request.socket, { id, method, status: new Refusal(fault).statusCode, error: fault }))
      hangUp(request.socket, problemMessage(new Refusal(fault), settings.PUBLIC_URL, id))
      return
    }
    log.info(lineOf(request.socket, { id, method, status: 308, error: null }))
    response.writeHead(308, {
      location: `${settings.PUBLIC_URL}${url}`,
      connection: 'close',
      'content-length': '0',
      'cache-control': 'no-store',
      'x-request-id': id,
    })
    response.end()
    response.once('close', () => hangUp(request.socket))
  }
  server.on('request', answer)
  server.on('checkContinue', answer)
  server.on('checkExpectation', answer)
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => {})
    refuse('GW_TARGET', request.method ?? null, socket)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    refuse(codeOf(error), null, socket)
  })

  function refuse(code: ErrorCode, method: string | null, socket: Socket): void {
    const id = newId()
    const refusal = new Refusal(code)
    log.info(lineOf(socket, { id, method, status: refusal.statusCode, error: code }))
    hangUp(socket, problemMessage(refusal, settings.PUBLIC_URL, id))
  }

  const app = {
    server,
    listen: (at: { host: string; port: number }) =>
      new Promise<AddressInfo>((resolve, reject) => {
        server.once('error', reject)
        server.listen(at, () => {
          server.removeListener('error', reject)
          // A failed accept must not end the process.
          server.on('error', (error) => log.error({ err: error }, 'the redirecting listener failed'))
          resolve(server.address() as AddressInfo)
        })
      }),
  }
  const url = await listen(app, { ...place, prefix: 'REDIRECT_' })
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Ends a connection without resetting it under the answer. */
function hangUp(socket: Socket, message = ''): void {
  if (socket.destroyed) return
  socket.end(message)
  socket.resume()
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

interface Outcome {
  readonly id: string
  readonly method: string | null
  readonly status: number
  readonly error: ErrorCode | null
}

/** No target: that of a client that forgot TLS may hold what it did not mean to send in the clear. */
function lineOf(socket: Socket, { id, method, status, error }: Outcome): object {
  return {
    listener: 'redirect',
    request_id: id,
    method,
    status,
    address: socket.remoteAddress ?? null,
    error,
  }
}

function codeOf(error: NodeJS.ErrnoException): ErrorCode {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'GW_REQUEST_TIMEOUT'
  if (error.code === 'HPE_HEADER_OVERFLOW') return 'GW_HEADERS_SIZE'
  return 'GW_MESSAGE'
}

const newId = (): string => randomUUID().replaceAll('-', '')
