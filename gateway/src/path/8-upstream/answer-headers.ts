import type { IncomingHttpHeaders } from 'node:http'
import { decideFate, type Fate } from './answer-fates.ts'

/** Fields of an answer, each of several of one name counted. Clients and proxies take about a hundred. */
const MOST_FIELDS = 256
/** Names repeat from answer to answer; services that invent names do not fill this. */
const fates = new Map<string, Fate>()
const MOST_FATES = 2_000

/** Makes the address of a place fit for the client; undefined where it is none of its business. */
export type Relocate = (location: string) => string | undefined

/** The headers of a service's answer that may go on to the client; null where there are more than anybody reads. */
export function answerHeaders(headers: IncomingHttpHeaders, relocate: Relocate): IncomingHttpHeaders | null {
  const named = namedBy(headers.connection)
  const kept: IncomingHttpHeaders = {}
  let fields = 0
  for (const name in headers) {
    const value = headers[name] as string | string[]
    fields += typeof value === 'string' ? 1 : value.length
    const fate = fates.get(name) ?? learnFate(name)
    if (fate === 'dropped' || named?.has(name)) continue
    if (fate === 'travels') kept[name] = value
    else {
      const mended = mend(fate, value, relocate)
      if (mended !== undefined) kept[name] = mended
    }
  }
  return fields > MOST_FIELDS ? null : kept
}

function learnFate(name: string): Fate {
  const fate = decideFate(name)
  if (fates.size < MOST_FATES) fates.set(name, fate)
  return fate
}

function mend(
  fate: 'place' | 'links' | 'cookies',
  value: string | string[],
  relocate: Relocate,
): string | string[] | undefined {
  if (fate === 'cookies') return Array.isArray(value) ? value.map(ownCookie) : ownCookie(value)
  // Of two places each reader takes another.
  if (fate === 'place') return Array.isArray(value) ? undefined : relocate(value)
  return relink(Array.isArray(value) ? value.join(', ') : value, relocate)
}

/** `</b>; rel="next"`: the address between each pair of brackets, or nothing when one of them is not to be told. */
function relink(links: string, relocate: Relocate): string | undefined {
  if (!/[\\\t]|<[^/?>]|<\/\//.test(links)) return links
  let tellable = true
  const mended = links.replace(/<([^<>]*)>/g, (_link, place: string) => {
    const told = relocate(place)
    if (told === undefined) tellable = false
    return `<${told}>`
  })
  return tellable ? mended : undefined
}

/** A cookie for a whole domain would be sent to neighbours of ours, and could take the place of theirs. */
function ownCookie(cookie: string): string {
  return /domain/i.test(cookie) ? cookie.replace(/;[\t ]*domain[\t ]*(?:=[^;]*)?(?=;|$)/gi, '') : cookie
}

function namedBy(connection: string | string[] | undefined): Set<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined
  const names = new Set(
    String(connection)
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
  // Framing is not the service's to take away.
  names.delete('content-length')
  return names
}
