import type { Socket } from 'node:net'

/** Where a socket carries what is known of its connection; the proxies Node gives HTTP/2 pass it through. */
const kConnection = Symbol('connection')

/** One open connection. */
export interface Connection {
  readonly socket: Socket
  readonly peer: string
  /** Requests under way on it: one with HTTP/1.1, many with HTTP/2. */
  requests: number
}

type Carrier = Socket & { [kConnection]?: Connection }

export type Room =
  /** Nothing had to go. */
  | 'free'
  /** The connection that was idle for longest was closed. */
  | 'made'
  /** All others are at work: the new one was closed. */
  | 'none'

/**
 * The open connections of a listener, never more than `most`. A new one over that takes the place of the one that has
 * had no request under way for longest, be it kept alive, silent from its beginning or slow with its header section.
 */
export class Connections {
  #most: number
  readonly #open = new Set<Connection>()
  readonly #byPeer = new Map<string, Connection>()
  /** In the order in which they fell idle. */
  readonly #idle = new Set<Connection>()

  constructor(most: number) {
    this.#most = most
  }

  get open(): number {
    return this.#open.size
  }

  get most(): number {
    return this.#most
  }

  /** Takes up a connection that was just accepted. */
  opened(socket: Socket): Room {
    let room: Room = 'free'
    if (this.#open.size >= this.#most) {
      if (!this.closeLongestIdle()) {
        socket.destroy()
        return 'none'
      }
      room = 'made'
    }
    const connection: Connection = { socket, peer: peerOf(socket), requests: 0 }
    ;(socket as Carrier)[kConnection] = connection
    this.#open.add(connection)
    this.#idle.add(connection)
    this.#byPeer.set(connection.peer, connection)
    socket.once('close', () => {
      this.#open.delete(connection)
      this.#idle.delete(connection)
      if (this.#byPeer.get(connection.peer) === connection) this.#byPeer.delete(connection.peer)
    })
    return room
  }

  /** TLS speaks through a socket of its own, above the one that was accepted. */
  secured(secure: Socket): void {
    const connection = this.#byPeer.get(peerOf(secure))
    if (connection !== undefined) (secure as Carrier)[kConnection] = connection
  }

  /** A request has begun on this socket. Gives what `ended` wants to know: by then the socket may be gone. */
  began(socket: Socket): Connection | undefined {
    const connection = (socket as Carrier)[kConnection]
    if (connection !== undefined && connection.requests++ === 0) this.#idle.delete(connection)
    return connection
  }

  /** A request on this connection is over. */
  ended(connection: Connection): void {
    if (--connection.requests === 0 && this.#open.has(connection)) this.#idle.add(connection)
  }

  /** False where every connection is at work. */
  closeLongestIdle(): boolean {
    for (const connection of this.#idle) {
      this.#idle.delete(connection)
      this.#open.delete(connection)
      connection.socket.destroy()
      return true
    }
    return false
  }

  /** The system gives no more than what is open now: from here on that is the most, less what services need. */
  lower(least: number): void {
    this.#most = Math.max(least, Math.min(this.#most, Math.floor(this.#open.size * 0.9)))
    while (this.#open.size > this.#most && this.closeLongestIdle());
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
