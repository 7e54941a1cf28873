import type { IncomingHttpHeaders } from 'node:http'

/** Hop by hop, and what the gateway alone says to clients. A `Trailer` let through would even crash Node. */
const DROPPED = new Set([
  'alt-svc',
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'referrer-policy',
  'server',
  'stockgate-cost',
  'strict-transport-security',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-content-type-options',
  'x-powered-by',
  'x-request-id',
])
const DROPPED_PREFIXES = /^(?:access-control-|ratelimit|x-ratelimit-|x-rate-limit-)/
/** Names repeat from answer to answer; services that invent names do not fill this. */
const fates = new Map<string, boolean>()
const MOST_FATES = 2_000

/** The headers of a service's answer that may go on to the client. `relocate` mends a Location. */
export function answerHeaders(
  headers: IncomingHttpHeaders,
  relocate: (location: string) => string | undefined,
): IncomingHttpHeaders {
  const named = namedBy(headers.connection)
  const kept: IncomingHttpHeaders = {}
  for (const name in headers) {
    if (!(fates.get(name) ?? decideFate(name)) || named?.has(name)) continue
    const value = headers[name]
    if (name === 'location') {
      const location = relocate(String(value))
      if (location !== undefined) kept.location = location
    } else kept[name] = value
  }
  return kept
}

function decideFate(name: string): boolean {
  const travels = !DROPPED.has(name) && !DROPPED_PREFIXES.test(name)
  if (fates.size < MOST_FATES) fates.set(name, travels)
  return travels
}

function namedBy(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined
  const names = new Set(
    connection
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
  // Framing is not the service's to take away.
  names.delete('content-length')
  return names
}
