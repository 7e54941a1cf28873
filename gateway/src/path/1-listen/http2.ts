import type { RequestListener } from 'node:http'
import {
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerOptions,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { Gateway } from '../context.ts'
import { StreamRequest, StreamResponse } from './http2-messages.ts'

/** Requests of one client under way at once on one connection. */
const STREAMS = 100
/** Room for fields the check of messages will count: it can answer, where Node only resets the stream. */
const FIELDS_BEYOND = 32
const FIELD_OVERHEAD = 32

interface Session {
  readonly address: string | undefined
  streams: number
  open: number
  /** Milliseconds of the monotonic clock: since when it has had no stream. */
  idleSince: number
}

export interface Http2Patience {
  /** Time a new connection has to send its first request. */
  readonly firstMs: number
  /** Time a connection may stay without any. */
  readonly idleMs: number
}

/** Every limit of HTTP/2 that Node knows, written out. */
export function http2Options({ settings }: Pick<Gateway, 'settings'>): ServerOptions {
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
    maxSessionMemory: 4,
    maxSessionInvalidFrames: 20,
    maxSessionRejectedStreams: 50,
    // Requests begun only to be given up: so many at once, and so many a second after that.
    streamResetBurst: 200,
    streamResetRate: 20,
    strictFieldWhitespaceValidation: true,
    Http2ServerRequest: StreamRequest,
    Http2ServerResponse: StreamResponse,
  } as ServerOptions
}

/** The HTTP/2 side of a listener: takes over connections that have chosen it, and sees to it that they end. */
export class Http2Side {
  readonly #server: Http2Server
  readonly #sessions = new Map<ServerHttp2Session, Session>()
  readonly #gateway: Pick<Gateway, 'settings' | 'log'>
  readonly #patience: Http2Patience

  constructor(
    gateway: Pick<Gateway, 'settings' | 'log'>,
    patience: Http2Patience,
    handle: RequestListener,
    expect: RequestListener,
  ) {
    this.#gateway = gateway
    this.#patience = patience
    const route = handle as unknown as (request: Http2ServerRequest, response: Http2ServerResponse) => void
    this.#server = createServer(http2Options(gateway), route)
    this.#server.on('session', (session) => this.#begin(session))
    this.#server.on('stream', (stream) => {
      const { session } = stream
      if (session !== undefined) this.#count(session as ServerHttp2Session, stream)
    })
    // No tunnel is opened. What would be a path is the address of its end; it is refused as such.
    this.#server.on('connect', (request: Http2ServerRequest, response: Http2ServerResponse) => {
      request.url = request.authority
      route(request, response)
    })
    this.#server.on('checkContinue', expect as never)
    this.#server.on('checkExpectation', route)
    this.#server.on('sessionError', (error: NodeJS.ErrnoException, session) => {
      const { address } = this.#sessions.get(session) ?? {}
      gateway.log.info({ address, cause: error.message }, 'an HTTP/2 connection broke its rules')
    })
  }

  get open(): number {
    return this.#sessions.size
  }

  /** Speaks HTTP/2 on a connection that has chosen so. */
  take(socket: TLSSocket): void {
    this.#server.emit('connection', socket)
  }

  /** Tells every client to open no further stream; connections end with their last one. */
  retire(): void {
    for (const session of this.#sessions.keys()) session.close()
  }

  /** Cuts every connection. */
  cut(): void {
    for (const session of this.#sessions.keys()) session.destroy()
  }

  /** Ends connections that have had no request for too long. Header sections that trickle in are no request. */
  sweep(now: number): void {
    const { firstMs, idleMs } = this.#patience
    for (const [session, { open, streams, idleSince }] of this.#sessions) {
      if (open > 0 || now - idleSince < (streams === 0 ? firstMs : idleMs)) continue
      // A second look at one that was told to end: it does not.
      if (session.closed) session.destroy()
      else session.close()
    }
  }

  #begin(session: ServerHttp2Session): void {
    this.#sessions.set(session, {
      address: session.socket.remoteAddress,
      streams: 0,
      open: 0,
      idleSince: performance.now(),
    })
    session.once('close', () => this.#sessions.delete(session))
  }

  #count(session: ServerHttp2Session, stream: { once(event: 'close', listener: () => void): unknown }): void {
    const counted = this.#sessions.get(session)
    if (counted === undefined) return
    counted.open++
    stream.once('close', () => {
      counted.open--
      if (counted.open === 0) counted.idleSince = performance.now()
    })
    // Streams the client has begun before it hears of this were not looked at: it may send them anew.
    if (++counted.streams >= this.#gateway.settings.REQUESTS_PER_CONNECTION) session.close()
  }
}
