import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { TokenCall } from '../../proofs/index.ts'

/** The call a proof has to be made for. Nobody shows certificates here. */
export function callOf(request: FastifyRequest): TokenCall {
  const { method, originalUrl, headers } = request
  const end = originalUrl.indexOf('?')
  return {
    method,
    origin: originOf(request),
    path: end === -1 ? originalUrl : originalUrl.slice(0, end),
    // Two of them come as one text with a comma, and that is no proof.
    proof: headers.dpop as string | undefined,
    certificate: null,
  }
}

/**
 * What the operator calls this listener by. Names were held against a list before. Addresses were not, and a proof that
 * was made for another machine must not work here because somebody sends it along with that machine's address.
 */
function originOf({ protocol, host, hostname, raw }: FastifyRequest): string {
  const { localAddress = '', localPort = 0 } = raw.socket
  const own = localAddress.replace(/^::ffff:(?=[\d.]+$)/i, '')
  const named = hostname.replace(/^\[|\]$/g, '')
  const at = isIP(named) === 0 || named === own ? host : `${isIP(own) === 6 ? `[${own}]` : own}:${localPort}`
  return URL.parse(`${protocol}://${at}`)?.origin ?? ''
}
