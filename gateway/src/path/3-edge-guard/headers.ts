import type { ErrorCode } from '../../errors/catalog.ts'

/** Hop by hop, RFC 9110 §7.6.1: they speak of this connection only. */
const HOP = [
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** What the gateway says itself, or says again when there is a body. */
const OURS = ['authorization', 'content-length', 'host', 'traceparent', 'via', 'x-api-key', 'x-request-id']
/** What other proxies are known to say about who calls, from where, or how to read the request. */
const CLAIMS = [
  'cf-connecting-ip',
  'client-cert',
  'client-cert-chain',
  'fastly-client-ip',
  'forwarded',
  'remote-user',
  'true-client-ip',
  'x-caller',
  'x-client-cert',
  'x-client-id',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-forwarded-for',
  'x-original-host',
  'x-original-method',
  'x-original-uri',
  'x-original-url',
  'x-originating-ip',
  'x-principal',
  'x-real-ip',
  'x-remote-addr',
  'x-remote-ip',
  'x-remote-user',
  'x-rewrite-url',
  'x-role',
  'x-roles',
  'x-scope',
  'x-scopes',
  'x-subject',
  'x-tenant',
  'x-tenant-id',
  'x-user',
  'x-user-email',
  'x-user-id',
  'x-user-name',
  'x-username',
  'x-webauth-user',
]
const CLAIM_PREFIXES =
  /^(?:ssl-|x-(?:amzn-oidc|auth-request|authenticated|consumer|forwarded|goog-iap|ms-client|ssl|stockgate)-)/
const DROPPED = new Set([...HOP, ...OURS, ...CLAIMS])
/** Two of these would be read one way by us and another way by the service. */
const SINGLE = new Set(['authorization', 'content-type', 'host', 'idempotency-key', 'x-api-key'])
/** Framing and address are not the client's to take away. */
const KEPT_WHEN_NAMED = new Set(['close', 'content-length', 'host', 'keep-alive'])

type Fate = 'travels' | 'travels once' | 'dropped' | 'dropped, once'
/** Header names repeat from request to request; clients that invent names do not fill this. */
const fates = new Map<string, Fate>()
const MOST_FATES = 2_000

/**
 * One pass over the headers as the client sent them: the names and values in turn that may travel on. A code when
 * they are ambiguous. `connection` is the value of the Connection header: what it names stays on this connection.
 */
export function sift(rawHeaders: readonly string[], connection: string | undefined): string[] | ErrorCode {
  const named = namedBy(connection)
  const onward: string[] = []
  let seen: string[] | undefined
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    const fate = fates.get(name) ?? decideFate(name)
    if (fate === 'travels once' || fate === 'dropped, once') {
      const lower = name.toLowerCase()
      if (seen === undefined) seen = [lower]
      else if (seen.includes(lower)) return lower === 'host' ? 'GW_HOST' : 'GW_DUPLICATE_HEADER'
      else seen.push(lower)
    }
    if (fate === 'dropped' || fate === 'dropped, once') continue
    if (named?.has(name.toLowerCase())) continue
    onward.push(name, rawHeaders[at + 1] as string)
  }
  return onward
}

/** A service may read `X_User_Id` as `X-User-Id`, so a name is judged with its underscores folded. */
function decideFate(name: string): Fate {
  const lower = name.toLowerCase()
  const folded = lower.replaceAll('_', '-')
  const dropped =
    DROPPED.has(folded) || CLAIM_PREFIXES.test(folded) || (folded !== lower && SINGLE.has(folded))
  const once = SINGLE.has(lower)
  const fate = dropped ? (once ? 'dropped, once' : 'dropped') : once ? 'travels once' : 'travels'
  if (fates.size < MOST_FATES) fates.set(name, fate)
  return fate
}

function namedBy(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined
  const names = connection.toLowerCase().split(',')
  return new Set(names.map((name) => name.trim()).filter((name) => !KEPT_WHEN_NAMED.has(name)))
}
