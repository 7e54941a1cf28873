/** What an answer says that is for its caller alone and says nothing itself: kept by that caller at most, and asked for again. */
const PERSONAL = 'private, no-cache'
const SHARED = /^(?:public|s-maxage(?:\s*=.*)?)$/i
const KEPT_TO_ONE = /^(?:private|no-store)$/i

/** Rules repeat from answer to answer; services that invent rules do not fill this. */
const known = new Map<string, string>()
const MOST_KNOWN = 500

/**
 * The `Cache-Control` of an answer to somebody who showed who they are, or that sets a cookie. RFC 9111 §3.5 keeps shared
 * caches from storing answers to requests with `Authorization`, but knows nothing of API keys, and lets `public`,
 * `s-maxage` and `must-revalidate` undo it. A cache in front of us asks nobody for a token. So such an answer is
 * `private` unless it may not be stored at all.
 */
export function personalCacheControl(said: string | undefined): string {
  if (said === undefined) return PERSONAL
  let rule = known.get(said)
  if (rule === undefined) {
    rule = narrowed(said)
    if (known.size < MOST_KNOWN) known.set(said, rule)
  }
  return rule
}

function narrowed(said: string): string {
  const directives = said
    .split(',')
    .map((directive) => directive.trim())
    .filter((directive) => directive !== '' && !SHARED.test(directive))
  if (directives.some((directive) => KEPT_TO_ONE.test(directive))) return directives.join(', ')
  return ['private', ...directives].join(', ')
}
