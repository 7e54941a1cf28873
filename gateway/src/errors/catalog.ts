import { type ProblemKind, problems } from '@stockgate/problem'

/** Who has to act so that it does not happen again. */
export type Fault = 'client' | 'service' | 'gateway' | 'capacity'

/** One thing the gateway itself can answer. The code is stable and stands in the log; clients see the problem. */
export interface CatalogEntry {
  readonly kind: ProblemKind
  readonly fault: Fault
  readonly level: 'info' | 'warn' | 'error'
  /** What the client reads unless the place that refuses knows better. */
  readonly detail: string
}

function entry(kind: ProblemKind, fault: Fault, level: CatalogEntry['level'], detail: string): CatalogEntry {
  return Object.freeze({ kind, fault, level, detail })
}

const p = problems

/** What a request can meet on its way, in the order of the request path. */
export const pathErrors = {
  // 1-listen
  GW_MESSAGE: entry(p.malformedRequest, 'client', 'info', 'The message is not valid HTTP/1.1.'),
  GW_REQUEST_TIMEOUT: entry(p.requestTimeout, 'client', 'info', 'The request did not arrive in time.'),
  GW_SLOW_CLIENT: entry(p.requestTimeout, 'client', 'info', 'The client sent or read too slowly.'),
  GW_HEADERS_SIZE: entry(
    p.headerFieldsTooLarge,
    'client',
    'info',
    'The header section is too large or has too many fields.',
  ),
  // 3-edge-guard
  GW_ADDRESS_LIMIT: entry(p.quotaExceeded, 'client', 'info', 'Too many requests from your address.'),
  GW_TARGET: entry(p.malformedRequest, 'client', 'info', 'The path is not in canonical form.'),
  GW_TARGET_SIZE: entry(p.uriTooLong, 'client', 'info', 'The address is too long.'),
  GW_VERSION: entry(
    p.malformedRequest,
    'client',
    'info',
    'HTTP/1.1 or HTTP/2 is needed; HTTP/1.0 is taken where there is no body.',
  ),
  GW_HOST: entry(p.malformedRequest, 'client', 'info', 'Exactly one valid Host header is needed.'),
  GW_UNKNOWN_HOST: entry(p.malformedRequest, 'client', 'info', 'This host is not served here.'),
  GW_CONNECTION: entry(
    p.malformedRequest,
    'client',
    'info',
    'The Connection header is malformed or names a header that has to travel on.',
  ),
  GW_FIELD: entry(p.malformedRequest, 'client', 'info', 'A header holds bytes that are not visible ASCII.'),
  GW_DUPLICATE_HEADER: entry(
    p.malformedRequest,
    'client',
    'info',
    'A header that may stand once stands twice.',
  ),
  GW_TRANSFER_CODING: entry(
    p.malformedRequest,
    'client',
    'info',
    'The only transfer coding taken is chunked.',
  ),
  GW_BODY_UNEXPECTED: entry(p.malformedRequest, 'client', 'info', 'A GET or HEAD request has no body.'),
  GW_EXPECTATION: entry(p.expectationFailed, 'client', 'info', 'The only expectation met is 100-continue.'),
  GW_MEDIA_TYPE: entry(p.unsupportedMediaType, 'client', 'info', 'The Content-Type is not a media type.'),
  GW_CONNECTION_OVER: entry(
    p.malformedRequest,
    'client',
    'info',
    'An earlier request of this connection was its last.',
  ),
  GW_CLIENT_CERTIFICATE: entry(
    p.malformedRequest,
    'client',
    'info',
    'The client certificate is not accepted.',
  ),
  // 4-authenticate
  GW_NO_TOKEN: entry(p.unauthenticated, 'client', 'info', 'This call needs an access token or an API key.'),
  GW_BAD_TOKEN: entry(p.unauthenticated, 'client', 'info', 'The access token is not valid.'),
  GW_TOKEN_FORM: entry(
    p.malformedRequest,
    'client',
    'info',
    'Send one access token, and in the Authorization header alone.',
  ),
  GW_BAD_PROOF: entry(
    p.unauthenticated,
    'client',
    'info',
    'Nothing shows that the access token is in the hands of its holder.',
  ),
  GW_BAD_KEY: entry(p.unauthenticated, 'client', 'info', 'The API key is not valid.'),
  GW_TWO_CREDENTIALS: entry(
    p.malformedRequest,
    'client',
    'info',
    'Send an access token or an API key, not both.',
  ),
  GW_NO_KEYS: entry(p.reducedCapacity, 'gateway', 'error', 'Access tokens cannot be checked at the moment.'),
  // 5-rate-limit
  GW_QUOTA: entry(p.quotaExceeded, 'client', 'info', 'A rate limit was reached.'),
  GW_LIMITS_AWAY: entry(p.reducedCapacity, 'gateway', 'error', 'Calls cannot be counted at the moment.'),
  // 6-route
  GW_SCOPE: entry(p.insufficientScope, 'client', 'info', 'The token lacks a scope this call needs.'),
  GW_NO_ROUTE: entry(p.notFound, 'client', 'info', 'There is nothing at this address.'),
  GW_METHOD: entry(p.methodNotAllowed, 'client', 'info', 'This method is not possible here.'),
  // 7-resilience
  GW_BODY_SIZE: entry(p.contentTooLarge, 'client', 'info', 'The body is too large.'),
  GW_BODY_LENGTH: entry(p.malformedRequest, 'client', 'info', 'The body does not have the announced length.'),
  GW_CONTENT_CODING: entry(
    p.unsupportedMediaType,
    'client',
    'info',
    'The body comes in a content coding that is not taken here.',
  ),
  GW_BODY_CODING: entry(p.malformedRequest, 'client', 'info', 'The body is not whole in its content coding.'),
  GW_BULKHEAD: entry(p.reducedCapacity, 'capacity', 'warn', 'The service has as many calls as it can take.'),
  GW_DEADLINE: entry(p.upstreamTimeout, 'service', 'warn', 'The service did not answer in time.'),
  GW_CLIENT_GONE: entry(p.requestTimeout, 'client', 'info', 'The client left before the answer.'),
  // 8-upstream
  GW_NO_ENDPOINT: entry(p.reducedCapacity, 'service', 'error', 'The service is not reachable at the moment.'),
  GW_UNREACHABLE: entry(p.upstreamInvalid, 'service', 'error', 'The service does not take connections.'),
  // To the client the same words: what is wrong with a certificate is for the log.
  GW_UPSTREAM_TRUST: entry(p.upstreamInvalid, 'service', 'error', 'The service does not take connections.'),
  GW_UPSTREAM_TIMEOUT: entry(p.upstreamTimeout, 'service', 'warn', 'The service was too slow.'),
  GW_UPSTREAM_RESET: entry(p.upstreamInvalid, 'service', 'error', 'The service ended the connection.'),
  GW_UPSTREAM_PROTOCOL: entry(
    p.upstreamInvalid,
    'service',
    'error',
    'The answer of the service is not valid HTTP.',
  ),
  GW_UPSTREAM_CUT: entry(
    p.upstreamInvalid,
    'service',
    'error',
    'The service broke off in the middle of its answer.',
  ),
  // 9-respond
  GW_INTERNAL: entry(p.internal, 'gateway', 'error', 'The gateway met an unforeseen error.'),
} as const satisfies Record<string, CatalogEntry>

/** What the admin listener answers besides. */
export const adminErrors = {
  GW_JSON: entry(p.malformedJson, 'client', 'info', 'The body is not valid JSON.'),
  GW_INPUT: entry(p.validationError, 'client', 'info', 'The body breaks a rule.'),
  GW_PARAMETER: entry(p.invalidParameter, 'client', 'info', 'A path, query or header value is not allowed.'),
  GW_NO_IF_MATCH: entry(
    p.preconditionRequired,
    'client',
    'info',
    'Send If-Match with the ETag of what you have read.',
  ),
  GW_STALE: entry(p.preconditionFailed, 'client', 'info', 'The policy has changed since you read it.'),
  GW_STATE: entry(p.illegalTransition, 'client', 'info', 'The present state does not allow this.'),
  GW_NO_JOURNAL: entry(
    p.reducedCapacity,
    'gateway',
    'warn',
    'Nothing can be changed while the store that gateways share is out of reach; what is in force stays.',
  ),
} as const satisfies Record<string, CatalogEntry>

/** Every error the gateway itself can answer, on either listener. */
export const catalog = { ...pathErrors, ...adminErrors }

export type ErrorCode = keyof typeof catalog
