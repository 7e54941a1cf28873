import type { SecureContext, TlsOptions } from 'node:tls'

/** A certificate in force: what is told of it. */
export interface CertificateStatus {
  /** The name it is listed under: the first of its names. */
  readonly name: string
  /** Every name it is good for. */
  readonly names: readonly string[]
  /** End of its validity, in milliseconds since the epoch. */
  readonly notAfter: number
}

/** The certificates of one listener, read again when their files change. */
export interface Certificates {
  /** For `https.createServer` and the like: a handshake gets what is in force when it comes. */
  readonly serverOptions: TlsOptions
  /** The certificate of a server name; the first where none fits. */
  contextFor(serverName: string | undefined): SecureContext
  /** What is in force, in the order of the settings. */
  status(): readonly CertificateStatus[]
  /** Stops looking at the files. What is in force stays so. */
  close(): void
}
