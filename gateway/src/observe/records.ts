import type { Decision, LimitPlan } from '@stockgate/rate-limit'

/** Everything that was decided about one request. Holds what the request had at its end; rendering comes later. */
export interface DecisionRecord {
  readonly requestId: string
  /** When its limits were decided, or where they were not: when it ended; in milliseconds since the epoch. */
  readonly at: number
  readonly method: string
  /** As the manifest writes it; null where no route matched. */
  readonly route: string | null
  readonly service: string | null
  /** What the route demands; null where no route matched. */
  readonly auth: 'bearer' | 'public' | null
  readonly clientId: string | null
  readonly sub: string | null
  /** The API key it came with; null for a token and for none. */
  readonly keyId: string | null
  readonly address: string
  readonly verdict: string
  /** The status the client got, and the gateway's own code where it was the gateway that refused. */
  readonly status: number
  readonly error: string | null
  /** Which limits it was held against, by which rule; null where it never got that far or limits do not apply. */
  readonly plan: LimitPlan | null
  readonly decision: Decision | null
  /** What it has cost in the end; null where nothing was taken. */
  readonly settled: number | null
  /** The policy it began and ended on. */
  readonly revision: number
}

/** The newest requests by their id, so that an operator can ask what became of one. */
export interface DecisionRecords {
  /** How many requests are remembered. */
  readonly most: number
  keep(record: DecisionRecord): void
  /** The newest request of this id; a client may send the same trace id twice. */
  find(requestId: string): DecisionRecord | undefined
}

/** Remembers the newest `most` requests; the oldest makes room. */
export function createDecisionRecords(most = 10_000): DecisionRecords {
  const ring: DecisionRecord[] = []
  const byId = new Map<string, DecisionRecord>()
  let oldest = 0
  return {
    most,
    keep: (record) => {
      if (ring.length < most) ring.push(record)
      else {
        const gone = ring[oldest] as DecisionRecord
        // The id may meanwhile stand for a later request.
        if (byId.get(gone.requestId) === gone) byId.delete(gone.requestId)
        ring[oldest] = record
        oldest = (oldest + 1) % most
      }
      byId.set(record.requestId, record)
    },
    find: (requestId) => byId.get(requestId),
  }
}

/**
 * Told of every decision as it is made, before its request goes on. `clientId` is null on public routes, `now` is in
 * milliseconds since the epoch. Runs in the way of the request: it has to be quick and must not throw.
 */
export type DecisionListener = (
  plan: LimitPlan,
  decision: Decision,
  clientId: string | null,
  now: number,
) => void
