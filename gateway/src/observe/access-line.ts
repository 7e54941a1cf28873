import type { DecidedBy } from '@stockgate/rate-limit'
import type { ErrorCode } from '../errors/catalog.ts'

/** What the gateway decided about a request; the status tells what became of it. */
export type Verdict =
  | 'admitted'
  | 'public'
  | 'refused'
  | 'unauthenticated'
  | 'limited'
  | 'forbidden'
  | 'unmatched'

/** The fields of the one line a request leaves in the log. */
export interface AccessLine {
  request_id: string
  method: string | null
  route: string | null
  path: string | null
  status: number
  address: string | null
  client: string | null
  sub?: string
  /** The API key the request came with, where it is or was one of ours. Never the key itself. */
  key_id?: string
  tier: string | null
  verdict: Verdict
  /** Names of the limits that refused it, separated by spaces. */
  limit: string | null
  /** The next five only where limits were decided. Whose budget it spends. */
  owner?: string
  /** Units it was held against each limit with. */
  cost?: number
  /** Units it has taken in the end, where that is not `cost`: settled by the service, or given back. */
  settled?: number
  decided_by?: DecidedBy
  /** Milliseconds since the epoch, by the clock of the gateway. */
  decided_at?: number
  /** The policy it began and ended on; absent for what never became a request. */
  revision?: number
  service: string | null
  upstream: string | null
  bytes_out: number
  total_ms: number
  upstream_ms: number | null
  error: ErrorCode | null
  /** What is behind the error: the transport's own code, such as ECONNREFUSED, or what is wrong with an API key. */
  cause?: string
  /** Only for GW_INTERNAL: what was thrown. */
  err?: unknown
}
