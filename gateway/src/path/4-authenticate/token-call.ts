import type { FastifyRequest } from 'fastify'
import type { TokenCall } from '../../proofs/index.ts'

/**
 * The call a proof has to be made for. Its origin is the one clients know us by: the Host a client sends is the
 * client's word, and behind a balancer the scheme is not the one we see.
 */
export function callOf(request: FastifyRequest, origin: string): TokenCall {
  const { raw, method, clientCertificate } = request
  const { url = '', headers } = raw
  const end = url.indexOf('?')
  return {
    method,
    origin,
    path: end === -1 ? url : url.slice(0, end),
    // Two of them were refused before, so this is one text.
    proof: headers.dpop as string | undefined,
    certificate: clientCertificate,
  }
}
