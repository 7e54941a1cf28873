import type { TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import { type PeerCertificate, peerCertificateOf } from '../../tls/index.ts'
import { sessionOf } from '../../wire/http2.ts'

/**
 * Says which certificate the client of a connection has shown, and refuses one that no authority of ours vouches for
 * (400): to take the call for one without a certificate would hide a mistake from both sides.
 */
export function useClientCertificates(app: FastifyInstance, clock: () => number): void {
  /** By connection, for it is settled with its handshake. */
  const shown = new WeakMap<object, PeerCertificate>()
  app.addHook('onRequest', (request, _reply, done) => {
    const socket = request.raw.socket as TLSSocket
    const connection = sessionOf(request.raw) ?? socket
    let peer = shown.get(connection)
    if (peer === undefined) {
      peer = peerCertificateOf(socket)
      shown.set(connection, peer)
    }
    if (peer.flaw !== null || peer.notAfter < clock()) {
      request.cause = peer.flaw ?? 'CERT_HAS_EXPIRED'
      return done(new Refusal('GW_CLIENT_CERTIFICATE'))
    }
    request.clientCertificate = peer.thumbprint
    done()
  })
}
