import type { RequestListener } from 'node:http'
import {
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { Gateway } from '../context.ts'
import { StreamRequest, StreamResponse } from './http2-messages.ts'
import { CountedSession, type Http2Patience } from './http2-session.ts'

/** Requests of one client under way at once on one connection. */
const STREAMS = 100
/** Room for fields the check of messages will count: it can answer, where Node only resets the stream. */
const FIELDS_BEYOND = 32
const FIELD_OVERHEAD = 32

/** Every limit of HTTP/2 that Node knows, written out. */
function http2Options({ settings }: Pick<Gateway, 'settings'>): ServerOptions {
  const { HEADER_BYTES, HEADER_COUNT } = settings
  return {
    settings: {
      enablePush: false,
      maxConcurrentStreams: STREAMS,
      // Counted with 32 bytes for each field, RFC 9113 §6.5.2.
      maxHeaderListSize: HEADER_BYTES + (HEADER_COUNT + FIELDS_BEYOND) * FIELD_OVERHEAD,
      initialWindowSize: 65_535,
      maxFrameSize: 16_384,
      enableConnectProtocol: false,
    },
    maxHeaderListPairs: HEADER_COUNT + FIELDS_BEYOND,
    maxDeflateDynamicTableSize: 4_096,
    maxSettings: 16,
    maxOutstandingPings: 4,
    // Megabytes.
    maxSessionMemory: 4,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    strictFieldWhitespaceValidation: true,
    Http2ServerRequest: StreamRequest,
    Http2ServerResponse: StreamResponse,
  } as ServerOptions
}

/** The HTTP/2 side of a listener: takes over connections that have chosen it, and sees to it that they end. */
export class Http2Side {
  readonly #server: Http2Server
  readonly #sessions = new Map<ServerHttp2Session, CountedSession>()
  readonly #patience: Http2Patience

  /** `handle` gets every request; `expect` those whose client waits to be told that its body is wanted. */
  constructor(
    gateway: Pick<Gateway, 'settings' | 'log'>,
    patience: Http2Patience,
    handle: RequestListener,
    expect: RequestListener,
  ) {
    const most = gateway.settings.REQUESTS_PER_CONNECTION
    this.#patience = patience
    const route = handle as unknown as (request: Http2ServerRequest, response: Http2ServerResponse) => void
    this.#server = createServer(http2Options(gateway), route)
    this.#server.on('session', (session) => {
      this.#sessions.set(session, new CountedSession(session, most, performance.now()))
      session.once('close', () => this.#sessions.delete(session))
    })
    this.#server.on('stream', (stream) => {
      this.#sessions.get(stream.session as ServerHttp2Session)?.count(stream as ServerHttp2Stream)
    })
    // No tunnel is opened. What would be a path is the address of its end; it is refused as such.
    this.#server.on('connect', (request: Http2ServerRequest, response: Http2ServerResponse) => {
      request.url = request.authority
      route(request, response)
    })
    this.#server.on('checkContinue', expect as never)
    this.#server.on('checkExpectation', route)
    this.#server.on('sessionError', (error: NodeJS.ErrnoException, session) => {
      const address = this.#sessions.get(session)?.address
      gateway.log.info({ address, cause: error.message }, 'an HTTP/2 connection broke its rules')
    })
  }

  /** Speaks HTTP/2 on a connection that has chosen so. */
  take(socket: TLSSocket): void {
    this.#server.emit('connection', socket)
  }

  /** Tells every client to begin no further request; connections end with their last one. */
  retire(): void {
    for (const session of this.#sessions.keys()) session.close()
  }

  /** Cuts every connection. */
  cut(): void {
    for (const session of this.#sessions.keys()) session.destroy()
  }

  /** To be called again and again: ends connections without requests. */
  sweep(now: number): void {
    for (const counted of this.#sessions.values()) counted.look(now, this.#patience)
  }
}
