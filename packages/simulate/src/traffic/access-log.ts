import type { Reading, ReadLine } from './call.ts'
import { callOf, faultOf, type LineFacts } from './gateway-line.ts'
import type { FindRoute, KnownCallers } from './known.ts'
import { plainLineReader } from './plain-line.ts'

/** The members of a line of the gateway that matter here, if it is one. */
interface Fields {
  readonly time?: unknown
  readonly request_id?: unknown
  readonly method?: unknown
  readonly route?: unknown
  readonly status?: unknown
  readonly address?: unknown
  readonly client?: unknown
  readonly sub?: unknown
  readonly tier?: unknown
  readonly verdict?: unknown
  readonly service?: unknown
  readonly owner?: unknown
  readonly cost?: unknown
  readonly settled?: unknown
  readonly decided_at?: unknown
  readonly total_ms?: unknown
}

/**
 * The gateway's own access log. A line is written when a request is over and tells when its limits were decided;
 * older lines tell only how long it took. Only requests that had been held against limits count: those with a tier.
 */
export function accessLogReader(callers: KnownCallers, routeOf: FindRoute): ReadLine {
  const plain = plainLineReader(callers, routeOf)
  const any = anyLineReader(callers, routeOf)
  return (bytes, start, end) => plain(bytes, start, end) ?? any(bytes, start, end)
}

/** Reads a line by JSON.parse, whatever its shape. */
export function anyLineReader(callers: KnownCallers, routeOf: FindRoute): ReadLine {
  return (bytes, start, end): Reading => {
    const fields = parse(bytes.toString('utf8', start, end))
    if (fields === undefined) return 'malformed'
    const facts = factsOf(fields)
    const fault = faultOf(facts)
    if (fault !== undefined) return fault
    const client = textOf(fields.client)
    const owner = textOf(fields.owner) ?? undefined
    const caller = callers.of(client, textOf(fields.sub) ?? client, String(fields.address), owner)
    return callOf(facts, caller, routeOf(String(fields.service), String(fields.method), String(fields.route)))
  }
}

function parse(line: string): Fields | undefined {
  try {
    const document: unknown = JSON.parse(line)
    return typeof document === 'object' && document !== null && !Array.isArray(document)
      ? document
      : undefined
  } catch {
    return undefined
  }
}

function factsOf(fields: Fields): LineFacts {
  const { method, route, status, address, tier, service, time, decided_at: decided } = fields
  return {
    isRequest: fields.request_id !== undefined && status !== undefined,
    isHeld: typeof tier === 'string' && typeof service === 'string',
    isNamed: typeof method === 'string' && typeof route === 'string' && typeof address === 'string',
    // pino writes milliseconds or an ISO time.
    ended: typeof time === 'string' ? Date.parse(time) : numberOf(time),
    status: numberOf(status),
    total: numberOf(fields.total_ms),
    decided: decided === undefined ? undefined : numberOf(decided),
    cost: numberOf(fields.cost),
    settled: numberOf(fields.settled),
    isRefused: fields.verdict === 'limited',
  }
}

/** NaN where it is none. */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
