import type { FastifyRequest } from 'fastify'
import type { Settings } from '../../settings.ts'
import { type HostRule, publicHostRule } from '../../wire/hosts.ts'

/** What a bare word may hold in `Forwarded`, RFC 7239 §4; all else stands in quotes. */
const TOKEN = /^[a-z0-9.-]+$/i

/**
 * Makes what adds the gateway's own word about a request to what the client's headers say, each said once: who calls,
 * under which host and scheme (`X-Forwarded-*` and `Forwarded`), by which way, as which request of which trace. Of a
 * trusted balancer host and scheme are believed, but never a host that is not allowed here.
 */
export function createForwardHeaders(settings: Pick<Settings, 'PUBLIC_URL' | 'HOSTS'>) {
  const allowed = publicHostRule(settings)

  return (request: FastifyRequest, authorization: string | undefined): void => {
    const { onward, trace, raw, address } = request
    if (!trace.continued) dropTraceState(onward)
    const host = hostOf(request, allowed)
    const proto = schemeOf(request)
    onward.push(
      'x-forwarded-for',
      address,
      'x-forwarded-host',
      host,
      'x-forwarded-proto',
      proto,
      'forwarded',
      `for=${node(address)};host=${TOKEN.test(host) ? host : `"${host}"`};proto=${proto}`,
      'via',
      `${raw.httpVersion} stockgate`,
      'x-request-id',
      trace.id,
      'traceparent',
      `00-${trace.id}-${trace.span}-${trace.flags}`,
    )
    if (authorization !== undefined) onward.push('authorization', authorization)
  }
}

function hostOf({ raw, viaProxy }: FastifyRequest, allowed: HostRule): string {
  const { headers } = raw
  if (viaProxy) {
    const said = lastOf(headers['x-forwarded-host'])
    if (said !== undefined && allowed(said)) return said
  }
  return (headers.host ?? headers[':authority']) as string
}

function schemeOf({ raw, viaProxy, protocol }: FastifyRequest): string {
  if (viaProxy) {
    const said = lastOf(raw.headers['x-forwarded-proto'])?.toLowerCase()
    if (said === 'https' || said === 'http') return said
  }
  return protocol
}

/** Of a list the nearest hop's word: what stands before was said by somebody further away. */
function lastOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const list = String(header)
  return list.slice(list.lastIndexOf(',') + 1).trim()
}

function node(address: string): string {
  if (address === '') return 'unknown'
  return address.includes(':') ? `"[${address}]"` : address
}

/** The state of another trace than ours would mislead whoever reads it. */
function dropTraceState(onward: string[]): void {
  for (let at = onward.length - 2; at >= 0; at -= 2) {
    if (onward[at]?.toLowerCase() === 'tracestate') onward.splice(at, 2)
  }
}
