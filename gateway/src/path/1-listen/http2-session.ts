import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'

/** Requests begun only to be given up: so many at once, and so many a second after that. */
const RESETS_AT_ONCE = 200
const RESETS_A_SECOND = 20

/** Time an HTTP/2 connection may stay without a request. */
export interface Http2Patience {
  /** Before its first. */
  readonly firstMs: number
  /** After that. */
  readonly idleMs: number
}

/** What is counted of one HTTP/2 connection. Times are those of the monotonic clock, in milliseconds. */
export class CountedSession {
  /** Of the client; the session forgets it when it ends. */
  readonly address: string | undefined
  readonly #session: ServerHttp2Session
  readonly #most: number
  #streams = 0
  #open = 0
  #idleSince: number
  #resetsLeft = RESETS_AT_ONCE
  #resetsAsOf: number

  constructor(session: ServerHttp2Session, most: number, now: number) {
    this.#session = session
    this.#most = most
    this.address = session.socket.remoteAddress
    this.#idleSince = now
    this.#resetsAsOf = now
  }

  /** A request has begun. With the last one the client may send, it is told so. */
  count(stream: ServerHttp2Stream): void {
    this.#open++
    stream.once('close', () => {
      this.#open--
      const now = performance.now()
      if (this.#open === 0) this.#idleSince = now
      if (stream.aborted && !this.#forgive(now)) this.#cut()
    })
    // Streams begun before the client hears of it were not looked at: it may send them anew elsewhere.
    if (++this.#streams >= this.#most) this.#session.close()
  }

  /** Ends a connection that has had no request for too long. A header section that trickles in is no request. */
  look(now: number, { firstMs, idleMs }: Http2Patience): void {
    if (this.#open > 0 || now - this.#idleSince < (this.#streams === 0 ? firstMs : idleMs)) return
    // It was told to end at the last look, and has not.
    if (this.#session.closed) this.#session.destroy()
    else this.#session.close()
  }

  /** Whether one more request may be given up. */
  #forgive(now: number): boolean {
    const won = ((now - this.#resetsAsOf) * RESETS_A_SECOND) / 1_000
    this.#resetsAsOf = now
    this.#resetsLeft = Math.min(RESETS_AT_ONCE, this.#resetsLeft + won) - 1
    return this.#resetsLeft >= 0
  }

  #cut(): void {
    if (this.#session.destroyed) return
    this.#session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM)
    this.#session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }
}
