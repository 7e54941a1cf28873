/** RFC 9110 §8.3.1 in its narrow form: blanks only after `;`, no tab, nothing empty, values in quotes without escapes. */
const MEDIA_TYPE =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?: *; *[\w!#$&^.+-]{1,64}=(?:[\w!#$%&'*+.^`|~/:=?()-]{1,200}|"[\x20\x21\x23-\x5b\x5d-\x7e]{0,200}"))*;?$/
const JSON_TYPE = /^application\/(?:json|[\w!#$&^.-]+\+json) *(?:;|$)/i
const CHARSETS = /; *charset=("?)([^";]*)\1/gi
const LONGEST = 1_000
/** Types that have passed once; clients that invent types do not fill this. */
const known = new Set<string>()
const MOST_KNOWN = 500

/**
 * Whether a Content-Type says one thing to every reader. JSON is UTF-8, RFC 8259: told otherwise, one reader would
 * believe it and the other not.
 */
export function isMediaType(text: string): boolean {
  if (known.has(text)) return true
  if (text.length > LONGEST || !MEDIA_TYPE.test(text)) return false
  let charsets = 0
  for (const [, , name = ''] of text.matchAll(CHARSETS)) {
    if (++charsets > 1) return false
    if (JSON_TYPE.test(text) && name.toLowerCase() !== 'utf-8') return false
  }
  if (known.size < MOST_KNOWN) known.add(text)
  return true
}
