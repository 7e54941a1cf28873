import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import type { Authority, Leaf } from './authority.ts'

/** A TLS connection to a port of 127.0.0.1. Rejects where the handshake fails. */
export function handshake(
  port: number,
  authority: Authority,
  { client, ...options }: ConnectionOptions & { client?: Leaf } = {},
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername: 'localhost',
      ca: authority.cert,
      ...(client && { cert: client.cert, key: client.key }),
      ...options,
    })
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })
}

/** The first of the names of the certificate a connection was given. */
export function nameOf(socket: TLSSocket): string | undefined {
  return /DNS:([^,]+)/.exec(socket.getPeerX509Certificate()?.subjectAltName ?? '')?.[1]
}

/** Writes bytes on a TLS connection and gives all that came back once the other side ended it. */
export function exchangeOn(socket: TLSSocket, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve(text))
    socket.write(bytes)
  })
}
