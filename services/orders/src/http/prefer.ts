/** How long a caller is willing to wait for the end of what it began. */
export interface Patience {
  readonly waitMs: number
  /** The value of Preference-Applied, where the caller has asked for something. */
  readonly applied: string | undefined
}

const USUAL_SECONDS = 3
const MOST_SECONDS = 10

/**
 * Reads `Prefer` (RFC 7240): `wait=n` up to 10 s, `respond-async` for not at all, 3 s without either. With both, the
 * wait comes first. Preferences that are unknown or make no sense are ignored, as the RFC wants.
 */
export function readPatience(header: string | string[] | undefined): Patience {
  const preferences = [header ?? []].flat().join(',').split(',')
  let wait: number | undefined
  let async = false
  for (const preference of preferences) {
    const [name, value] = (preference.split(';', 1)[0] as string).split('=').map((part) => part.trim())
    if (name?.toLowerCase() === 'respond-async') async = true
    const seconds = /^"?(\d{1,9})"?$/.exec(value ?? '')?.[1]
    if (name?.toLowerCase() === 'wait' && seconds !== undefined) wait ??= Number(seconds)
  }
  if (wait !== undefined) {
    const seconds = Math.min(wait, MOST_SECONDS)
    return { waitMs: seconds * 1000, applied: `${async ? 'respond-async, ' : ''}wait=${seconds}` }
  }
  return async
    ? { waitMs: 0, applied: 'respond-async' }
    : { waitMs: USUAL_SECONDS * 1000, applied: undefined }
}
