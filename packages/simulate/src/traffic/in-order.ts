import type { Call } from './call.ts'

export interface OrderOptions {
  /** How far, in microseconds, a line may stand behind a later one. */
  readonly window: number
  /** Calls held back at once; more than these are given out early. */
  readonly most: number
  readonly onLate: () => void
}

/** Logs are sorted again only when so many calls are waiting. */
const SORT_EVERY = 1_024

/**
 * Calls by the time they began. Logs are a little out of order: a line is written when its request is over, and by
 * several processes. What comes later than the window allows is taken at the time reached by then.
 */
export async function* inOrder(
  batches: AsyncIterable<Call[]>,
  { window, most, onLate }: OrderOptions,
): AsyncGenerator<Call[]> {
  const held: Call[] = []
  let fresh = 0
  let sorted = true
  let newest = Number.NEGATIVE_INFINITY
  let reached = Number.NEGATIVE_INFINITY

  function release(count: number): Call[] {
    const released = held.splice(0, count)
    for (let index = 0; index < released.length; index++) {
      const call = released[index] as Call
      if (call.at >= reached) break
      onLate()
      released[index] = { ...call, at: reached, end: call.end === null ? null : Math.max(call.end, reached) }
    }
    reached = released.at(-1)?.at ?? reached
    return released
  }

  for await (const batch of batches) {
    for (const call of batch) {
      if (call.at < newest) sorted = false
      else newest = call.at
      held.push(call)
    }
    fresh += batch.length
    if (fresh < SORT_EVERY) continue
    fresh = 0
    if (!sorted) held.sort(byTime)
    sorted = true
    const settled = Math.max(firstAfter(held, newest - window), held.length - most)
    if (settled > 0) yield release(settled)
  }
  held.sort(byTime)
  yield release(held.length)
}

/** The sort is stable: calls of the same moment stay as they were written. */
function byTime(one: Call, other: Call): number {
  return one.at - other.at
}

function firstAfter(sorted: readonly Call[], moment: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as Call).at <= moment) low = middle + 1
    else high = middle
  }
  return low
}
