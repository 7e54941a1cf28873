/** Service name to the origins of its endpoints. A service that is not named is looked for in DNS. */
export type Upstreams = ReadonlyMap<string, readonly string[]>

const EXPECTED = 'expected entries like products=http://127.0.0.1:4001,orders=http://a:8080|http://b:8080'

/** Reads `products=http://127.0.0.1:4001,orders=http://a:1|http://b:2`. */
export function readUpstreams(value: string): Upstreams {
  const upstreams = new Map<string, readonly string[]>()
  for (const entry of value.split(',').map((part) => part.trim())) {
    if (entry === '') continue
    const equals = entry.indexOf('=')
    const service = entry.slice(0, equals).trim()
    if (equals < 1 || !/^[a-z][a-z0-9-]*$/.test(service)) throw new Error(`${EXPECTED}, got "${entry}"`)
    if (upstreams.has(service)) throw new Error(`names ${service} twice; put several endpoints as a|b`)
    upstreams.set(
      service,
      Object.freeze(
        entry
          .slice(equals + 1)
          .split('|')
          .map(readOrigin),
      ),
    )
  }
  return upstreams
}

/** An endpoint is an origin: the path of a request is never changed on its way. */
function readOrigin(text: string): string {
  const url = URL.parse(text.trim())
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new Error(`${EXPECTED}, got "${text}"`)
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password)
    throw new Error(`"${url.host}" may have no path, query or user: an endpoint is scheme, host and port`)
  return url.origin
}
