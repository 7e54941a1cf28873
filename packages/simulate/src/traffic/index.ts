import type { Readable } from 'node:stream'
import { accessLogReader } from './access-log.ts'
import type { Call, FormatName, ReadLine } from './call.ts'
import { combinedReader } from './combined.ts'
import { countOf, type FileCount, fileCalls } from './file-calls.ts'
import { inOrder } from './in-order.ts'
import { type FindRoute, knownCallers, knownRoutes } from './known.ts'
import { merged } from './merged.ts'

export type { Call, FormatName } from './call.ts'
export type { FileCount } from './file-calls.ts'
export { UnusableTrafficError } from './unusable.ts'

export interface TrafficOptions {
  /** Only calls that began at or after this moment, in microseconds since the epoch. */
  readonly from?: number
  /** Only calls that began before this moment. */
  readonly until?: number
  /** What the manifests say of a route; without it routes have no limits of their own. */
  readonly findRoute?: FindRoute
  readonly onBytes?: (count: number) => void
  readonly stdin?: Readable
}

/** Recorded calls of several files, in the order they began, and what became of the lines. */
export interface Traffic {
  /** One for each file; complete when the calls have been read. */
  readonly files: readonly FileCount[]
  readonly calls: AsyncIterable<readonly Call[]>
}

/** Two minutes: longer than a request may take, and than processes that write one log are apart. */
const ORDER_WINDOW = 120 * 1_000_000
const MOST_HELD = 100_000

/**
 * Opens traffic files; `-` is standard input. Each may be the gateway's access log or a combined log of Apache or
 * nginx, plain or gzip. Only a bounded part of them is ever in memory.
 */
export function openTraffic(paths: readonly string[], options: TrafficOptions = {}): Traffic {
  const files = paths.map(countOf)
  const routeOf = knownRoutes(options.findRoute ?? ((service) => ({ service, limits: [] })))
  const callers = knownCallers()
  const sources = files.map((count) => {
    const readers = new Map<FormatName, ReadLine>([
      ['access log of the gateway', accessLogReader(callers, routeOf)],
      ['combined log', combinedReader(callers)],
    ])
    return inOrder(fileCalls(count, { ...options, readers }), {
      window: ORDER_WINDOW,
      most: MOST_HELD,
      onLate: () => count.late++,
    })
  })
  return { files, calls: merged(sources) }
}
