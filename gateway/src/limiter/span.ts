/**
 * A time that never rounds: whole microseconds and a part counted in 1/quota of a microsecond (less than quota).
 * One emission interval of 3 per second is 333333⅓ µs; here it is `{ micros: 333333, part: 1 }` of quota 3.
 */
export interface Span {
  readonly micros: number
  readonly part: number
}

export const SECOND = 1_000_000

/** The sum of two spans counted by the same quota. */
export function add(a: Span, b: Span, quota: number): Span {
  const part = a.part + b.part
  return part < quota
    ? { micros: a.micros + b.micros, part }
    : { micros: a.micros + b.micros + 1, part: part - quota }
}

/** Whether the span is longer than so many whole microseconds. */
export function exceeds(span: Span, micros: number): boolean {
  return span.micros > micros || (span.micros === micros && span.part > 0)
}

/** The span in whole seconds, rounded up. */
export function seconds(span: Span): number {
  return Math.ceil((span.micros + (span.part > 0 ? 1 : 0)) / SECOND)
}
