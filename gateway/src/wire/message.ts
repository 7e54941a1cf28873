import type { IncomingHttpHeaders } from 'node:http'
import type { ErrorCode } from '../errors/catalog.ts'
import { namedByConnection } from './connection-names.ts'
import { COOKIE, createFieldKinds, HOST_ONCE, MEDIA_TYPE, ONCE, STAYS, VISIBLE } from './field-kinds.ts'
import { type HostRule, isHost } from './hosts.ts'
import { isMediaType } from './media-type.ts'

/** What is looked at of a request: an IncomingMessage of HTTP/1.1, or its like of HTTP/2. */
export interface Message {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly httpVersion: string
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn; in HTTP/2 the pseudo-headers come first. */
  readonly rawHeaders: readonly string[]
}

export interface MessageRules {
  readonly hosts: HostRule
  /** Most header fields. */
  readonly headerCount: number
  /** Bytes of the header section, each field counted as `name: value` with its line end. */
  readonly headerBytes: number
  /** Paths that probes ask for by address: any valid host will do there. */
  readonly anyHostFor?: readonly string[]
  /** Whether a field never travels on; asked once for each name, in small letters, all that is no letter or digit a `-`. */
  readonly staysBehind?: (name: string) => boolean
}

/**
 * What is wrong with the head of a request, or null. Where `onward` is given it takes the names and values, in turn,
 * of the fields that may travel on; it means nothing where there is a fault.
 */
export type MessageCheck = (message: Message, onward?: string[]) => ErrorCode | null

/** A field costs its name, its value, `: ` and the line end. */
const FIELD_OVERHEAD = 4
const COLON = 0x3a
const INVISIBLE = /[^\x20-\x7e]/

/**
 * The one check of what a request message may look like, the same on every listener, made once. It covers what the
 * parser lets through: version, framing, Host, expectations, fields that may stand once. The target has a check of
 * its own, in `target.ts`, for that has to come before routing.
 */
export function createMessageCheck(rules: MessageRules): MessageCheck {
  const { hosts, headerCount, headerBytes, anyHostFor = [] } = rules
  const staysBehind = rules.staysBehind ?? (() => false)
  const kindOf = createFieldKinds(staysBehind)

  return (message, onward) => {
    const { headers, rawHeaders } = message
    const fault = faultOfFraming(message)
    if (fault !== null) return fault
    if (rawHeaders.length > headerCount * 2) return 'GW_HEADERS_SIZE'
    const host = hostOf(headers)
    if (host === undefined) return 'GW_HOST'
    if (!hosts(host)) {
      if (!isHost(host.toLowerCase())) return 'GW_HOST'
      if (!anyHostFor.includes(pathOf(message.url))) return 'GW_UNKNOWN_HOST'
    }
    const named = namedByConnection(headers.connection, staysBehind)
    if (named === false) return 'GW_CONNECTION'

    let bytes = 0
    let seen = 0
    let cookie = -1
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at] as string
      const value = rawHeaders[at + 1] as string
      bytes += name.length + value.length + FIELD_OVERHEAD
      const kind = kindOf(name)
      if (kind !== 0) {
        const once = kind & ONCE
        if ((seen & once) !== 0) {
          // HTTP/2 may send a cookie in crumbs, RFC 9113 §8.2.3: HTTP/1.1 has one line for them.
          if (kind & COOKIE && message.httpVersion === '2.0') {
            if (onward !== undefined && cookie !== -1) onward[cookie] += `; ${value}`
            continue
          }
          return once === HOST_ONCE ? 'GW_HOST' : 'GW_DUPLICATE_HEADER'
        }
        seen |= once
        if (kind & VISIBLE && INVISIBLE.test(value)) return 'GW_FIELD'
        if (kind & MEDIA_TYPE && !isMediaType(value)) return 'GW_MEDIA_TYPE'
        if (kind & STAYS) continue
        if (kind & COOKIE && onward !== undefined) cookie = onward.length + 1
      }
      if (onward !== undefined && (named === null || !named.has(name.toLowerCase()))) onward.push(name, value)
    }
    return bytes > headerBytes ? 'GW_HEADERS_SIZE' : null
  }
}

function faultOfFraming({ method, httpVersion, headers, rawHeaders }: Message): ErrorCode | null {
  const coding = headers['transfer-encoding']
  const length = headers['content-length']
  const body = coding !== undefined || (length !== undefined && length !== '0')
  if (httpVersion !== '1.1') {
    // A request line may claim HTTP/2.0, but only the real one has pseudo-headers.
    const pseudo = rawHeaders[0]?.charCodeAt(0) === COLON
    // Its method is none: see `methods.ts`.
    if (pseudo && httpVersion === '') return 'GW_MESSAGE'
    const real = pseudo && httpVersion === '2.0'
    // An HTTP/1.0 body may end where the connection does, and old servers do not know chunks.
    // Over TLS nothing else can be meant, and elsewhere it is not spoken.
    if (real && headers[':scheme'] !== 'https') return 'GW_TARGET'
    if (!real && (httpVersion !== '1.0' || body)) return 'GW_VERSION'
  }
  if (body) {
    if (coding !== undefined && (length !== undefined || coding.toLowerCase() !== 'chunked'))
      return 'GW_TRANSFER_CODING'
    if (method === 'GET' || method === 'HEAD') return 'GW_BODY_UNEXPECTED'
  }
  const { expect } = headers
  return expect === undefined || expect.toLowerCase() === '100-continue' ? null : 'GW_EXPECTATION'
}

/** In HTTP/2 the authority; where both are there they have to agree. */
function hostOf(headers: IncomingHttpHeaders): string | undefined {
  const { host } = headers
  const authority = headers[':authority'] as string | undefined
  if (authority === undefined) return host
  return host === undefined || host === authority ? authority : undefined
}

function pathOf(url = ''): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}
