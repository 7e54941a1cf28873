/**
 * Where one counter stands in view of one request. One shape serves every kind of limit and is filled anew for each
 * request, so that deciding makes little garbage.
 *
 * Before the verdict over the whole group the first fields tell what was found; once a request is admitted they are
 * moved to what it leaves behind.
 */
export interface Standing {
  fits: boolean
  /** Rate: the debt in whole microseconds and parts of 1/quota microsecond. */
  micros: number
  part: number
  /** Rate: the debt should the request pass. */
  nextMicros: number
  nextPart: number
  /** Rate: the debt was more than a window and has been cut, which is stored even by a refusal. */
  cut: boolean
  /** Calendar: units taken in the period. Concurrency: places taken. */
  count: number
  /** Calendar: the period the count belongs to, in microseconds since the epoch. */
  start: number
  end: number
}

/** A standing with nothing in it. */
export function emptyStanding(): Standing {
  return {
    fits: true,
    micros: 0,
    part: 0,
    nextMicros: 0,
    nextPart: 0,
    cut: false,
    count: 0,
    start: 0,
    end: 0,
  }
}
