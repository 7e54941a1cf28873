import type { RouteFacts } from '@stockgate/rate-limit'
import type { Reading, ReadLine } from './call.ts'
import type { KnownCallers } from './known.ts'

/** The fields of a line of the gateway that matter here, if it is one. */
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

/** Finds what the manifests say of a route. */
export type FindRoute = (service: string, method: string, pattern: string) => RouteFacts

/**
 * The gateway's own access log. A line is written when a request is over and tells when its limits were decided;
 * older lines tell only how long it took. Only requests that had been held against limits count: those with a tier.
 */
export function accessLogReader(callers: KnownCallers, routeOf: FindRoute): ReadLine {
  return (line): Reading => {
    const fields = parse(line)
    if (fields === undefined) return 'malformed'
    // Other lines of the same stream: start, audit, warnings.
    if (fields.request_id === undefined || fields.status === undefined) return 'other'
    const { method, route, status, address, service, total_ms: total } = fields
    const ended = timeOf(fields.time)
    if (ended === undefined || typeof status !== 'number' || typeof total !== 'number' || !(total >= 0))
      return 'malformed'
    if (typeof fields.tier !== 'string' || typeof service !== 'string') return 'other'
    if (typeof method !== 'string' || typeof route !== 'string' || typeof address !== 'string')
      return 'malformed'
    const client = typeof fields.client === 'string' ? fields.client : null
    const { decided_at: decided, owner } = fields
    const began = typeof decided === 'number' && Number.isFinite(decided) ? decided : ended - total
    const at = Math.round(began * 1000)
    return {
      at,
      end: at + Math.round(total * 1000),
      caller: callers.of(
        client,
        typeof fields.sub === 'string' ? fields.sub : client,
        address,
        typeof owner === 'string' ? owner : undefined,
      ),
      route: routeOf(service, method, route),
      cost: wholeCost(fields.cost),
      settled: settledCost(fields, status),
      refusedThen: fields.verdict === 'limited',
    }
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

/** pino writes milliseconds or an ISO time. */
function timeOf(time: unknown): number | undefined {
  const milliseconds = typeof time === 'string' ? Date.parse(time) : time
  return typeof milliseconds === 'number' && Number.isFinite(milliseconds) ? milliseconds : undefined
}

/** Older lines tell no cost. */
function wholeCost(cost: unknown): number {
  return isWhole(cost) ? cost : 1
}

function settledCost({ settled, decided_at: decided }: Fields, status: number): number | null {
  if (isWhole(settled)) return settled
  return decided === undefined && status >= 500 ? 0 : null
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
