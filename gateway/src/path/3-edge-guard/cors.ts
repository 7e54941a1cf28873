import type { FastifyInstance, FastifyReply } from 'fastify'

/** What a page may send besides what every page may. */
const ALLOWED_HEADERS = [
  'Accept-Language',
  'Authorization',
  'Content-Type',
  'DPoP',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Prefer',
  'Traceparent',
  'Tracestate',
  'X-API-Key',
].join(', ')
/** What a page may read of an answer besides what every page may. */
const EXPOSED_HEADERS = [
  'ETag',
  'Link',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Idempotent-Replayed',
  'X-Request-Id',
  'Cache-Status',
  'Deprecation',
  'Sunset',
  'Preference-Applied',
  'WWW-Authenticate',
  'DPoP-Nonce',
].join(', ')
/** How long a browser remembers a preflight, in seconds. */
const REMEMBERED_S = '600'

/**
 * Lets pages of these origins call from a browser (CORS, as the Fetch standard describes it). A preflight is answered
 * here, before anybody is asked for a token. No origin is ever echoed that is not listed, and never together with
 * credentials of the browser: a caller shows a token or a key. Services have no say: what they answer is dropped.
 */
export function useCors(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  const listed = new Set(origins)

  app.addHook('onRequest', (request, reply, done) => {
    const { method, headers } = request.raw
    const wanted = headers['access-control-request-method']
    if (method !== 'OPTIONS' || wanted === undefined || !listed.has(headers.origin ?? '')) return done()
    // What matches no route is refused as any other call to it, and tells the page why.
    if (app.routeFor(wanted, pathOf(request.url)) === null) return done()
    request.verdict = 'public'
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': wanted,
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': REMEMBERED_S,
      })
      .send()
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    // Said even to who sends no Origin: a cache must not keep one page's answer for another.
    addVary(reply, request.raw.method === 'OPTIONS' ? PREFLIGHT_VARIES : 'Origin')
    const { origin } = request.raw.headers
    if (origin !== undefined && listed.has(origin)) {
      reply.header('access-control-allow-origin', origin)
      reply.header('access-control-expose-headers', EXPOSED_HEADERS)
    }
    done(null, payload)
  })
}

const PREFLIGHT_VARIES = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'

function addVary(reply: FastifyReply, names: string): void {
  const before = reply.getHeader('vary')
  if (before === undefined) reply.header('vary', names)
  else if (before !== '*') reply.header('vary', `${[before].flat().join(', ')}, ${names}`)
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}
