import type { LookupFunction, Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { buildConnector } from 'undici'
import { readBeforeFailing } from './read-before-failing.ts'

export interface ConnectOptions {
  /** The authorities that may have signed the certificate of a service. */
  readonly trust?: SecureContext | undefined
  /** Answers a fixed address, where the name stands for several endpoints. */
  readonly lookup?: LookupFunction
}

/**
 * How connections to services are made. Certificates are always verified, against the name in the origin, which is
 * also asked for (SNI); no setting and no variable of the environment turns that off.
 */
export function createConnect({ trust, lookup }: ConnectOptions): buildConnector.connector {
  const connect = buildConnector({
    timeout: 2_000,
    allowH2: false,
    rejectUnauthorized: true,
    ...(trust && { secureContext: trust }),
    ...(lookup && { lookup }),
  })
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error) return callback(error, null)
      readBeforeFailing(socket as Socket)
      callback(null, socket)
    })
}
