import { routeOf } from './routes.ts'

/*
 * Which targets are canonical, told by patterns and not by the table the gateway has, so that one judges the other.
 */
const PATH = /^(?:\/|(?:\/(?:[A-Za-z0-9\-._~!$&'()*+,=:@]|%[0-9A-Fa-f]{2})+)+)$/
const DOTS = /\/\.{1,2}(?=\/|$)/
/** Structure and controls in disguise. */
const DISGUISED = /%(?:[01][0-9a-f]|7f|25|2e|3b|5c)/i
const ENCODED_SLASH = /%2f/i
/** Letters that need no encoding: with it they would be a second spelling of one path. */
const NEEDLESS = /%(?:3[0-9]|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a]|2d|5f|7e)/i
const QUERY = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*$/
/** What clients in use write into a query although no standard lets them. */
const LOOSE_QUERY = /^[\x21-\x22\x24-\x7e]*$/
export const LONGEST_TARGET = 8_192

/** What is wrong with a target that arrived at a service, or null. */
export function faultOfArrival(target: string, encodedSlash: boolean): string | null {
  const question = target.indexOf('?')
  const path = question === -1 ? target : target.slice(0, question)
  const query = question === -1 ? '' : target.slice(question + 1)
  if (target.length > LONGEST_TARGET) return 'the target is too long'
  if (!PATH.test(path)) return 'the path has bytes or empty segments that no path has'
  if (DOTS.test(path)) return 'the path has dot segments'
  if (DISGUISED.test(path)) return 'the path hides structure in percent-encoding'
  if (!encodedSlash && ENCODED_SLASH.test(path)) return 'the path hides a slash'
  if (NEEDLESS.test(path)) return 'the path encodes what needs no encoding'
  if (!isText(path)) return 'the path is no UTF-8'
  if (!LOOSE_QUERY.test(query)) return 'the query has bytes that no query has'
  return null
}

/** What has to come of a target. */
export function verdictOnTarget(method: string, written: string): 'pass' | 'refuse' | 'either' {
  // Blanks around it belong to the request line, and a parser may forgive them.
  const target = written.replace(/^ +| +$/g, '')
  if (target !== written) return verdictOnTarget(method, target) === 'refuse' ? 'refuse' : 'either'
  const [path = '', ...rest] = target.split('?')
  const query = rest.join('?')
  const route = routeOf(method, path)
  if (route === undefined) return 'refuse'
  if (faultOfArrival(target, route.encodedSlash === true) !== null) return 'refuse'
  return QUERY.test(query) ? 'pass' : 'either'
}

function isText(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
