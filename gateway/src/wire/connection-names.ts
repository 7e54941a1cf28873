/** Hop by hop, RFC 9110 §7.6.1: they speak of one connection only, and Connection may name them. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'close',
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
])
/** What a Connection header must not take away from whoever comes next: the message would mean something else. */
const END_TO_END =
  /^(?:accept|authorization$|cache-control$|content-|cookie$|date$|dpop$|forwarded$|from$|host$|idempotency-key$|if-|origin$|prefer$|range$|referer$|user-agent$|via$|x-api-key$|x-csrf-token$)/
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const MOST_NAMES = 20

/**
 * The fields that a Connection header names and that are therefore of this connection only. Null where none has to
 * be kept back, false where the header is no list of names or names a field that has to travel or is ours to say.
 */
export function namedByConnection(
  connection: string | undefined,
  isOurs: (name: string) => boolean,
): ReadonlySet<string> | null | false {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return null
  const names = connection.toLowerCase().split(',')
  if (names.length > MOST_NAMES) return false
  let named: Set<string> | null = null
  for (const written of names) {
    const name = written.trim()
    // An empty element is allowed in a list, RFC 9110 §5.6.1.
    if (name === '' || HOP_BY_HOP.has(name)) continue
    if (!TOKEN.test(name) || END_TO_END.test(name) || isOurs(name)) return false
    named ??= new Set()
    named.add(name)
  }
  return named
}
