/** What becomes of a field of an answer: most travel as they are, some are mended on the way. */
export type Fate = 'travels' | 'dropped' | 'place' | 'links' | 'cookies'

/** They speak of the connection to the service only. A `Trailer` let through would even crash Node. */
const HOP = [
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** What the gateway alone says to clients. */
const OURS = [
  'cross-origin-resource-policy',
  'referrer-policy',
  'strict-transport-security',
  'timing-allow-origin',
  'x-content-type-options',
  'x-frame-options',
  'x-request-id',
]
/** They would change how a browser or a cache treats the whole origin, which all services share. */
const OF_THE_ORIGIN = [
  'accept-ch',
  'alt-svc',
  'cdn-cache-control',
  'clear-site-data',
  'critical-ch',
  'edge-control',
  'expect-ct',
  'nel',
  'origin-agent-cluster',
  'public-key-pins',
  'public-key-pins-report-only',
  'refresh',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'surrogate-control',
  'surrogate-key',
  'x-permitted-cross-domain-policies',
]
/** What a service may repeat of the request we sent it: the caller token, addresses, the way it came. */
const ECHOES = [
  'authorization',
  'cookie',
  'dpop',
  'forwarded',
  'host',
  'traceparent',
  'tracestate',
  'via',
  'x-api-key',
  'x-real-ip',
]
/** Who made the answer and where, and orders to a proxy in front of the service. */
const INSIDE = [
  'server',
  'x-backend',
  'x-backend-server',
  'x-drupal-cache',
  'x-generator',
  'x-hostname',
  'x-lighttpd-send-file',
  'x-original-url',
  'x-powered-by',
  'x-rewrite-url',
  'x-runtime',
  'x-sendfile',
  'x-server',
  'x-served-by',
  'x-upstream',
  'x-varnish',
]
const DROPPED = new Set([...HOP, ...OURS, ...OF_THE_ORIGIN, ...ECHOES, ...INSIDE])
const DROPPED_PREFIXES =
  /^(?:access-control-|ratelimit|stockgate-|x-(?:accel|aspnet|aspnetmvc|envoy|forwarded|lighttpd|rate-?limit|reproxy|sendfile|upstream)(?:-|$))/
const MENDED: Readonly<Record<string, Fate>> = {
  'content-location': 'place',
  location: 'place',
  link: 'links',
  'set-cookie': 'cookies',
}

/** Judges a name in lower case. Some readers take `X_Request_Id` for `X-Request-Id`, so underscores are folded. */
export function decideFate(name: string): Fate {
  const folded = name.replaceAll('_', '-')
  if (DROPPED.has(folded) || DROPPED_PREFIXES.test(folded)) return 'dropped'
  // Assigned to an object it would become its prototype.
  if (name === '__proto__') return 'dropped'
  return Object.hasOwn(MENDED, name) ? (MENDED[name] as Fate) : 'travels'
}
