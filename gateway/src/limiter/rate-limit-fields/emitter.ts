import type { Counter, Decision } from '@stockgate/rate-limit'

/**
 * Writes the two response fields about rate limits as one revision of the draft wants them. `counters` are those the
 * decision was made over, in the same order. An empty text means that the field has nothing to say.
 */
export interface FieldEmitter {
  /** RateLimit-Policy: the limits, whatever is left of them. */
  policy(counters: readonly Counter[], decision: Decision): string
  /** RateLimit: where the limits stand. */
  state(counters: readonly Counter[], decision: Decision): string
}
