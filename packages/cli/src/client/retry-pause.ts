/** What a retry decision looks at: an answer, or no answer at all. */
export interface Outcome {
  /** Status of the answer; undefined when there was none. */
  readonly status: number | undefined
  /** Last path segment of the problem type, for instance `idempotency-key-in-flight`. */
  readonly problem: string | undefined
  readonly retryAfter: string | undefined
}

/** `limited`: told to come back later. `transient`: something between here and the service is down or busy. */
export type RetryKind = 'limited' | 'transient'

const TRANSIENT = new Set([408, 425, 502, 503, 504])
const FIRST_PAUSE_MS = 200
const LONGEST_BACKOFF_MS = 5_000
const LONGEST_ORDERED_MS = 120_000

/** Whether the same call, with the same Idempotency-Key, is worth sending again. */
export function retryKind({ status, problem }: Outcome): RetryKind | undefined {
  if (status === undefined || TRANSIENT.has(status)) return 'transient'
  if (status === 429) return 'limited'
  if (status === 409 && problem === 'idempotency-key-in-flight') return 'transient'
  return undefined
}

/**
 * Milliseconds before attempt number `attempt + 1`: what Retry-After says where it is said, else exponential with
 * jitter. `random` is a number in [0, 1); jitter only ever lengthens an ordered pause, since earlier is not allowed.
 */
export function retryPause({ retryAfter }: Outcome, attempt: number, random: number, now: number): number {
  const ordered = retryAfterMs(retryAfter, now)
  if (ordered !== undefined) return Math.min(ordered, LONGEST_ORDERED_MS) + random * 100
  const grown = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 10), LONGEST_BACKOFF_MS)
  return grown / 2 + (random * grown) / 2
}

function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
