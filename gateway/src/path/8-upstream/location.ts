/**
 * Makes `Location` fit for the client: an absolute one that names a place behind the gateway becomes a path, one
 * to the outside world (a client's own redirect) stays, one that cannot be read is dropped.
 */
export function createRelocate(
  isInternal: (host: string) => boolean,
): (location: string) => string | undefined {
  return (location) => {
    // A plain path stays in the client's own origin. Two slashes or a backslash would leave it.
    if (location.startsWith('/') && !/^\/[/\\]/.test(location)) return location
    const base = 'http://relative.invalid/'
    const url = URL.parse(location, base)
    if (!url) return undefined
    if (url.host === 'relative.invalid') return location
    if (!isInternal(url.host)) return location
    return `${url.pathname}${url.search}${url.hash}`
  }
}
