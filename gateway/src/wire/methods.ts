import { METHODS } from 'node:http'

/** What the parser calls methods of HTTP; it knows those of RTSP besides. */
const OF_HTTP: ReadonlySet<string | undefined> = new Set(METHODS)

/**
 * To be called before routing. The parser takes RTSP too, HTTP/2 any word, and the router fails at such methods before
 * any hook: said to be of no version of HTTP, such a request meets `createMessageCheck` and is refused there like the
 * rest.
 */
export function disownForeignMethod(raw: { method?: string | undefined; httpVersion?: string }): void {
  if (OF_HTTP.has(raw.method)) return
  raw.method = 'TRACE'
  // A request of HTTP/2 has no version of its own that could be set.
  Object.defineProperty(raw, 'httpVersion', { value: '' })
}
