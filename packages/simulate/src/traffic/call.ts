import type { CallerFacts, RouteFacts } from '@stockgate/rate-limit'

/** One recorded request that limits are held against. */
export interface Call {
  /** When it began, in whole microseconds since the epoch. */
  readonly at: number
  /** When it ended; null where the log tells no duration. */
  readonly end: number | null
  /** The same object for the same caller, as long as it is remembered. */
  readonly caller: CallerFacts
  readonly route: RouteFacts
  readonly cost: number
  /** Its true cost, booked when it ends; 0 where it failed on our side. Null where it cost what was taken first. */
  readonly settled: number | null
  /** Refused by a limit when it was recorded. */
  readonly refusedThen: boolean
}

/**
 * What one line of a log says. `malformed` cannot be understood; `other` can, but is no request that limits are held
 * against, such as one without a valid token.
 */
export type Reading = Call | 'malformed' | 'other'

/** Reads one line of one format, which stands in `bytes` from `start` to before `end`. */
export type ReadLine = (bytes: Buffer, start: number, end: number) => Reading

/** What a format of log is called in front of people. */
export type FormatName = 'access log of the gateway' | 'combined log'
