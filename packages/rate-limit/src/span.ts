/**
 * A time that never rounds: whole microseconds and a part counted in 1/quota of a microsecond (less than quota).
 * One emission interval of 3 per second is 333333⅓ µs; here it is `{ micros: 333333, part: 1 }` of quota 3.
 */
export interface Span {
  readonly micros: number
  readonly part: number
}

export const SECOND = 1_000_000

/** So many microseconds in whole seconds, rounded up. */
export function seconds(micros: number): number {
  return Math.ceil(micros / SECOND)
}
