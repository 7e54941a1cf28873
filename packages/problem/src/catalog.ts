/** One kind of problem: what RFC 9457 calls a problem type. `slug` is its last path segment and its stable name. */
export interface ProblemKind {
  readonly slug: string
  readonly status: number
  readonly title: string
  /** What the reader of the problem should do; shown on the page of the type. */
  readonly hint: string
  /** Absolute type where a registry already names it; otherwise `<origin>/problems/<slug>`. */
  readonly type?: string
}

const IANA = 'https://iana.org/assignments/http-problem-types#'

function kind(status: number, slug: string, title: string, hint: string, type?: string): ProblemKind {
  return Object.freeze({ slug, status, title, hint, ...(type && { type }) })
}

/**
 * Every problem type the API can answer with, gateway and services alike, in order of status.
 * A service may answer only with these, so one page per type documents them all.
 */
export const problems = {
  malformedJson: kind(
    400,
    'malformed-json',
    'The body is not valid JSON',
    'Send one JSON document in UTF-8.',
  ),
  malformedRequest: kind(
    400,
    'malformed-request',
    'The request is not well formed',
    'Send a canonical path, one Host header and a valid HTTP/1.1 message.',
  ),
  validationError: kind(
    400,
    'validation-error',
    'The body breaks a rule of its schema',
    'Mend each place named in errors[].pointer and send again.',
  ),
  invalidParameter: kind(
    400,
    'invalid-parameter',
    'A path, query or header value is not allowed',
    'Compare the parameter named in errors[] with the API description.',
  ),
  invalidCursor: kind(
    400,
    'invalid-cursor',
    'The cursor does not belong to this list',
    'Start again without a cursor and follow the next links unchanged.',
  ),
  idempotencyKeyRequired: kind(
    400,
    'idempotency-key-required',
    'This call needs an Idempotency-Key',
    'Send Idempotency-Key with a fresh UUID and keep it for retries of the same call.',
  ),
  idempotencyKeyInvalid: kind(
    400,
    'idempotency-key-invalid',
    'The Idempotency-Key is not usable',
    'Use 1 to 255 printable ASCII characters, quoted or bare.',
  ),
  barcodeInvalid: kind(
    400,
    'barcode-invalid',
    'The barcode is not valid',
    'Check the length and the check digit.',
  ),
  unauthenticated: kind(
    401,
    'unauthenticated',
    'A valid access token is needed',
    'Get a token from the authorization server named in the protected resource metadata.',
  ),
  insufficientScope: kind(
    403,
    'insufficient-scope',
    'The token lacks a scope',
    'Ask for a token that carries the scope named in WWW-Authenticate.',
  ),
  forbidden: kind(403, 'forbidden', 'Not allowed', 'This caller may not do this; ask the owner of the API.'),
  notFound: kind(404, 'not-found', 'Not found', 'Check the address; what you may not see is answered alike.'),
  barcodeUnknown: kind(
    404,
    'barcode-unknown',
    'No item carries this barcode',
    'Register the barcode at a product.',
  ),
  methodNotAllowed: kind(
    405,
    'method-not-allowed',
    'Method not allowed here',
    'Use a method named in Allow.',
  ),
  notAcceptable: kind(406, 'not-acceptable', 'No acceptable representation', 'Accept application/json.'),
  requestTimeout: kind(
    408,
    'request-timeout',
    'The request did not arrive in time',
    'Send the whole request without long pauses.',
  ),
  insufficientStock: kind(
    409,
    'insufficient-stock',
    'Not enough stock',
    'Order less of each line named in errors[], or wait for new stock.',
  ),
  stockChanged: kind(
    409,
    'stock-changed',
    'The stock is not what you expected',
    'Read the level again and decide on its real number.',
  ),
  illegalTransition: kind(
    409,
    'illegal-transition',
    'The present state does not allow this',
    'Read the resource again; its status tells what is possible.',
  ),
  duplicateSku: kind(
    409,
    'duplicate-sku',
    'The sku is taken',
    'Change the product that has it, or choose another.',
  ),
  duplicateBarcode: kind(
    409,
    'duplicate-barcode',
    'The barcode is taken',
    'Remove it from the other product first.',
  ),
  duplicateCode: kind(
    409,
    'duplicate-code',
    'The code is taken',
    'Use the existing one, or choose another code.',
  ),
  duplicateExternalId: kind(
    409,
    'duplicate-external-id',
    'The external_id is taken',
    'Use the order named in instance, or choose another external_id.',
  ),
  orderRejected: kind(
    409,
    'order-rejected',
    'The order was rejected',
    'Read the order named in instance, whose rejection says why; order anew with a fresh Idempotency-Key.',
  ),
  productHasStock: kind(
    409,
    'product-has-stock',
    'The product still has stock',
    'Bring its stock to zero first.',
  ),
  locationNotEmpty: kind(
    409,
    'location-not-empty',
    'The location is not empty',
    'Move its stock elsewhere, and archive the locations within it first.',
  ),
  reservationExpired: kind(
    409,
    'reservation-expired',
    'The reservation has expired',
    'Make a new reservation.',
  ),
  reservationReleased: kind(
    409,
    'reservation-released',
    'The reservation was released',
    'Make a new reservation under a new id.',
  ),
  idempotencyKeyInFlight: kind(
    409,
    'idempotency-key-in-flight',
    'The first call with this key still runs',
    'Wait as Retry-After says, then send the same call again.',
  ),
  preconditionFailed: kind(
    412,
    'precondition-failed',
    'The resource has changed since you read it',
    'Read it again and repeat the change with its new ETag.',
  ),
  contentTooLarge: kind(
    413,
    'content-too-large',
    'The body is too large',
    'Send at most 1 MiB; split larger batches.',
  ),
  uriTooLong: kind(414, 'uri-too-long', 'The address is too long', 'Shorten the query.'),
  unsupportedMediaType: kind(
    415,
    'unsupported-media-type',
    'Media type not supported',
    'Send application/json, or application/merge-patch+json for PATCH.',
  ),
  expectationFailed: kind(
    417,
    'expectation-failed',
    'The expectation cannot be met',
    'Send Expect: 100-continue or no Expect at all.',
  ),
  idempotencyKeyReused: kind(
    422,
    'idempotency-key-reused',
    'The key was used for another call',
    'Use a fresh key for each different call.',
  ),
  preconditionRequired: kind(
    428,
    'precondition-required',
    'This change needs If-Match',
    'Read the resource and send its ETag in If-Match.',
  ),
  quotaExceeded: kind(
    429,
    'quota-exceeded',
    'A rate limit was reached',
    'Wait as Retry-After says; RateLimit shows what is left.',
    `${IANA}quota-exceeded`,
  ),
  headerFieldsTooLarge: kind(
    431,
    'header-fields-too-large',
    'The headers are too large',
    'Send fewer headers.',
  ),
  internal: kind(
    500,
    'internal',
    'Something went wrong on our side',
    'Tell us the trace_id; a retry may work.',
  ),
  upstreamInvalid: kind(
    502,
    'upstream-invalid',
    'The service behind the gateway did not answer properly',
    'Retry idempotent calls with a growing pause.',
  ),
  reducedCapacity: kind(
    503,
    'temporary-reduced-capacity',
    'The service is short of capacity',
    'Retry as Retry-After says.',
    `${IANA}temporary-reduced-capacity`,
  ),
  upstreamTimeout: kind(
    504,
    'upstream-timeout',
    'The service behind the gateway was too slow',
    'The call may have had its effect: repeat it with the same Idempotency-Key, or read the resource.',
  ),
} as const satisfies Record<string, ProblemKind>

const bySlug = new Map<string, ProblemKind>(Object.values(problems).map((entry) => [entry.slug, entry]))

/** The kind with this slug, or undefined. */
export function problemKind(slug: string): ProblemKind | undefined {
  return bySlug.get(slug)
}
