/** Printable ASCII without the backslash, which readers of URLs take for a slash. */
const PLAIN = /^[!-[\]-~]+$/
const ENCODED = /%([0-9a-f]{2})/gi
const UNRESERVED = /[\w.~-]/

/**
 * Whether the `htu` of a proof names this target: `origin` without a slash at its end, `path` as the request has it.
 * Query and fragment do not count (RFC 9449 §4.3), spellings that mean the same do (RFC 3986 §6.2.2 and §6.2.3).
 */
export function isSameTarget(htu: string, origin: string, path: string): boolean {
  // Nearly every client writes it as it calls it.
  if (htu.length === origin.length + path.length && htu.startsWith(origin) && htu.endsWith(path)) return true
  if (!PLAIN.test(htu)) return false
  const url = URL.parse(htu)
  if (url === null || url.origin !== origin || url.username !== '' || url.password !== '') return false
  return normal(url.pathname) === normal(path)
}

/** One spelling of each octet: bare where it may stand so, else in capital digits. */
function normal(path: string): string {
  if (!path.includes('%')) return path
  return path.replace(ENCODED, (written, digits: string) => {
    const letter = String.fromCharCode(Number.parseInt(digits, 16))
    return UNRESERVED.test(letter) ? letter : written.toUpperCase()
  })
}
