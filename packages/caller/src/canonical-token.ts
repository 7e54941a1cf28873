/** Longer than any sane token, shorter than what costs to look at. */
const LONGEST_TOKEN = 8 * 1024
const SEGMENT = /^[A-Za-z0-9_-]+$/
/** For each length modulo 4: the last letters whose unused bits are zero. Another letter would be a second spelling. */
const LAST_OF_2 = /[AQgw]$/
const LAST_OF_3 = /[AEIMQUYcgkosw048]$/

/**
 * Whether a text is a compact JWS in its one canonical spelling. Decoders forgive white space, padding and stray
 * bits, so one signed token has many spellings; we take one, and the memory of verified tokens holds one.
 */
export function isCanonicalToken(token: string): boolean {
  if (token.length > LONGEST_TOKEN) return false
  const segments = token.split('.', 4)
  return segments.length === 3 && segments.every(isCanonicalSegment)
}

function isCanonicalSegment(segment: string): boolean {
  if (!SEGMENT.test(segment)) return false
  const rest = segment.length % 4
  if (rest === 0) return true
  return rest === 2 ? LAST_OF_2.test(segment) : rest === 3 && LAST_OF_3.test(segment)
}
