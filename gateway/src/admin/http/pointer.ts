/** The JSON Pointer (RFC 6901) of a place, without the `#`; on one line whatever the names hold. */
export function pointerOf(...segments: readonly (string | number)[]): string {
  return segments
    .map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, encodeURIComponent)
}
