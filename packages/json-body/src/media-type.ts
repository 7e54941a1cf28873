const PARAMETER = /[ \t]*;[ \t]*(?:([\w!#$%&'*+.^`|~-]+)=("[^"\\]*"|[\w!#$%&'*+.^`|~-]+))?/y
const REST = /[ \t]*$/y

/**
 * Whether a Content-Type is this media type (small letters), whole and by RFC 9110 §8.3.1. JSON is UTF-8 and nothing
 * else, so a charset that says otherwise is another type: who read it by that charset would see another text.
 */
export function isMediaType(contentType: string, mediaType: string): boolean {
  const text = contentType.toLowerCase()
  if (!text.startsWith(mediaType)) return false
  let at = mediaType.length
  for (;;) {
    PARAMETER.lastIndex = at
    const found = PARAMETER.exec(text)
    if (found === null) break
    at = PARAMETER.lastIndex
    if (found[1] === 'charset' && found[2] !== 'utf-8' && found[2] !== '"utf-8"') return false
  }
  REST.lastIndex = at
  return REST.test(text)
}
