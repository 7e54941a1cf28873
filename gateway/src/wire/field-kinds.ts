/** The field never travels on. */
export const STAYS = 1
/** Its value is visible ASCII and blanks only. */
export const VISIBLE = 2
/** Its value is a media type. */
export const MEDIA_TYPE = 4
export const COOKIE = 8
/** One bit of these for each field that may stand once. */
export const ONCE = 0x7fff_ff00
/** Host is the first of them. */
export const HOST_ONCE = 0x100

/** Two of these would be read one way by us and another way by the service. */
const SINGLE: Readonly<Record<string, number>> = {
  host: 0,
  // Judged as a whole where it is read; where no route reads it, it is the service's.
  authorization: 0,
  cookie: COOKIE,
  'access-control-request-method': VISIBLE,
  'content-disposition': 0,
  'content-length': VISIBLE,
  'content-location': VISIBLE,
  'content-range': VISIBLE,
  'content-type': MEDIA_TYPE,
  dpop: VISIBLE,
  'idempotency-key': VISIBLE,
  'if-modified-since': VISIBLE,
  'if-range': VISIBLE,
  'if-unmodified-since': VISIBLE,
  origin: VISIBLE,
  range: VISIBLE,
  'x-api-key': VISIBLE,
}
const BITS = new Map(Object.keys(SINGLE).map((name, index) => [name, HOST_ONCE << index]))

/** Names repeat from request to request; clients that invent names do not fill this. */
const MOST_KINDS = 2_000

/**
 * What has to be known of a field by its name, as the bits above. A service may read `X_User_Id` or `X.User.Id` as
 * `X-User-Id`, so whether it stays behind is judged with all that is no letter or digit taken for a `-`.
 */
export function createFieldKinds(staysBehind: (folded: string) => boolean): (name: string) => number {
  const kinds = new Map<string, number>()

  function decide(name: string): number {
    const lower = name.toLowerCase()
    // Pseudo-headers of HTTP/2 are no fields.
    const folded = lower.replaceAll(/[^a-z0-9]/g, '-')
    const disguised = folded !== lower && SINGLE[folded] !== undefined
    const stays = lower.startsWith(':') || disguised || staysBehind(folded) ? STAYS : 0
    const kind = (SINGLE[lower] ?? 0) | (BITS.get(lower) ?? 0) | stays
    if (kinds.size < MOST_KINDS) kinds.set(name, kind)
    return kind
  }

  return (name) => kinds.get(name) ?? decide(name)
}
