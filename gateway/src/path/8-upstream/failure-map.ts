import type { ErrorCode } from '../../errors/catalog.ts'
import { Refusal } from '../../errors/refusal.ts'

/** What a transport error means to the client. Whatever connects no connection and is not listed: unreachable. */
const MEANING: Readonly<Record<string, ErrorCode>> = {
  ECONNREFUSED: 'GW_UNREACHABLE',
  EHOSTUNREACH: 'GW_UNREACHABLE',
  ENETUNREACH: 'GW_UNREACHABLE',
  ENOTFOUND: 'GW_UNREACHABLE',
  EAI_AGAIN: 'GW_UNREACHABLE',
  ECONNRESET: 'GW_UPSTREAM_RESET',
  // A reset of an open connection, as read-before-failing.ts names it.
  ECONNABORTED: 'GW_UPSTREAM_RESET',
  EPIPE: 'GW_UPSTREAM_RESET',
  UND_ERR_SOCKET: 'GW_UPSTREAM_RESET',
  UND_ERR_CLOSED: 'GW_UPSTREAM_RESET',
  UND_ERR_DESTROYED: 'GW_UPSTREAM_RESET',
  ETIMEDOUT: 'GW_UPSTREAM_TIMEOUT',
  UND_ERR_CONNECT_TIMEOUT: 'GW_UPSTREAM_TIMEOUT',
  UND_ERR_HEADERS_TIMEOUT: 'GW_UPSTREAM_TIMEOUT',
  UND_ERR_BODY_TIMEOUT: 'GW_UPSTREAM_TIMEOUT',
  UND_ERR_HEADERS_OVERFLOW: 'GW_UPSTREAM_PROTOCOL',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'GW_UPSTREAM_PROTOCOL',
  // undici's parser asserts what llhttp lets through, such as a status below 100.
  ERR_ASSERTION: 'GW_UPSTREAM_PROTOCOL',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'GW_BODY_LENGTH',
  // undici looks once more at what it is given to send, and finds the client's fault there.
  UND_ERR_INVALID_ARG: 'GW_MESSAGE',
}

/** A failed call as a catalogued error. Addresses and names of libraries stay in `cause`, which is never shown. */
export function failureOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  return new Refusal(meaningOf(codeOf(error)), { cause: error })
}

/** What OpenSSL and Node say of a certificate that is not trusted, has ended or is another's. */
const OF_TRUST =
  /CERT|^(?:SELF_SIGNED|UNABLE_TO|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH|ERR_TLS_|ERR_SSL_)/

/** Without trust there is no connection, whichever of its many codes TLS gives. No code at all is a fault of ours. */
function meaningOf(code: string): ErrorCode {
  if (code === '') return 'GW_INTERNAL'
  if (code.startsWith('HPE_')) return 'GW_UPSTREAM_PROTOCOL'
  return MEANING[code] ?? (OF_TRUST.test(code) ? 'GW_UPSTREAM_TRUST' : 'GW_UNREACHABLE')
}

function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  if (typeof code === 'string') return code
  // undici's parser gives a code only where llhttp does.
  return name === 'HTTPParserError' ? 'HPE_UNKNOWN' : ''
}
