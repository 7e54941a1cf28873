/** What OpenSSL and Node say of a certificate that is not trusted, has ended or is another's. */
const OF_TRUST = /CERT|^(?:SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/

/**
 * Why a call of `fetch` got no answer, and what to do about it. Something answers where TLS fails, so it would be wrong
 * to have it started; `otherwise` is for all the rest.
 */
export function noAnswer({ protocol, hostname }: URL, error: unknown, otherwise: string): string {
  const code = codeOf(error)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is not for ${hostname}: use a name that is in it`
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired'
  if (OF_TRUST.test(code))
    return `its certificate is not trusted (${code}): name the PEM file of its authority in NODE_EXTRA_CA_CERTS`
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'it speaks no TLS: use http:// in place of https://'
  if (protocol === 'http:' && code === 'UND_ERR_SOCKET')
    return 'it closed the connection without an answer: if it speaks TLS, use https:// in place of http://'
  return otherwise
}

function codeOf(error: unknown): string {
  const { code } = ((error as Error | undefined)?.cause ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}
