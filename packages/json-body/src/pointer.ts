const BREAKS_A_LINE = /[\p{Cc}\p{Zl}\p{Zp}]/gu

/** The JSON Pointer (RFC 6901) of a place, behind `#`; on one line whatever the names hold. */
export function pointerTo(path: readonly (string | number)[]): string {
  let pointer = '#'
  for (const segment of path) pointer += `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`
  // A name may hold half a surrogate pair, which no answer could carry.
  return pointer.toWellFormed().replace(BREAKS_A_LINE, encodeURIComponent)
}
