/** What a counter says, apart from any request: enough to go on with it elsewhere. */
export type CounterReading =
  | {
      readonly kind: 'rate'
      /** The debt at the moment of reading: whole microseconds, and parts of 1/quota microsecond. */
      readonly micros: number
      readonly part: number
    }
  | {
      readonly kind: 'calendar'
      readonly count: number
      /** The period it was counted in, in microseconds since the epoch. */
      readonly start: number
      readonly end: number
    }
  | { readonly kind: 'concurrency'; readonly inFlight: number }
