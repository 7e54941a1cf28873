import type { TLSSocket } from 'node:tls'

/** What a connection's client certificate is worth. */
export interface PeerCertificate {
  /** SHA-256 of the certificate in base64url, where one was shown and an authority of ours vouches for it. */
  readonly thumbprint: string | null
  /** End of its validity, in milliseconds since the epoch; a connection may outlive it. */
  readonly notAfter: number
  /** Why the certificate shown is not taken. */
  readonly flaw: string | null
}

const NONE: PeerCertificate = { thumbprint: null, notAfter: Number.POSITIVE_INFINITY, flaw: null }

/** What the client has shown in its handshake. Costs some parsing: ask once for each connection. */
export function peerCertificateOf(socket: TLSSocket): PeerCertificate {
  const certificate = socket.getPeerX509Certificate?.()
  if (certificate === undefined) return NONE
  const notAfter = Date.parse(certificate.validTo)
  if (!socket.authorized) return { thumbprint: null, notAfter, flaw: String(socket.authorizationError) }
  const digest = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex')
  return { thumbprint: digest.toString('base64url'), notAfter, flaw: null }
}
