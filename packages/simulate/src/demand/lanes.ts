import type { Tape } from './spool.ts'

/** Counts, for several quotas at once, how many calls of a tape a limit would have refused. */
export type Refusals = (tape: Tape, counters: number, quotas: readonly number[]) => readonly number[]

const SECOND = 1_000_000

/**
 * GCRA in units of 1/quota µs, in which everything is a whole number: a bucket holds quota × window, a unit weighs
 * `window`, and each microsecond takes `quota` off. It decides as the engine does. A negative amount is a cost that
 * was given back at once: it needs the room and takes nothing.
 */
export function rateRefusals(windowSeconds: number): Refusals {
  const window = windowSeconds * SECOND
  return (tape, counters, quotas) => {
    const lanes = quotas.length
    const levels = new Float64Array(counters * lanes)
    const seen = new Float64Array(counters)
    const refused = new Array<number>(lanes).fill(0)
    tape.play((time, counter, amount) => {
      const passed = time - (seen[counter] as number)
      seen[counter] = time
      const weight = Math.abs(amount) * window
      for (let lane = 0, at = counter * lanes; lane < lanes; lane++, at++) {
        const quota = quotas[lane] as number
        const level = Math.max((levels[at] as number) - passed * quota, 0)
        const fits = level + weight <= quota * window
        if (!fits) refused[lane] = (refused[lane] as number) + 1
        levels[at] = fits && amount > 0 ? level + weight : level
      }
    })
    return refused
  }
}

/** A calendar quota: the time of a record is the begin of its period. */
export const calendarRefusals: Refusals = (tape, counters, quotas) => {
  const lanes = quotas.length
  const used = new Float64Array(counters * lanes)
  const periods = new Float64Array(counters).fill(Number.NaN)
  const refused = new Array<number>(lanes).fill(0)
  tape.play((period, counter, amount) => {
    const first = counter * lanes
    if (periods[counter] !== period) used.fill(0, first, first + lanes)
    periods[counter] = period
    for (let lane = 0; lane < lanes; lane++) {
      const before = used[first + lane] as number
      if (before + Math.abs(amount) > (quotas[lane] as number)) refused[lane] = (refused[lane] as number) + 1
      else if (amount > 0) used[first + lane] = before + amount
    }
  })
  return refused
}

/**
 * Places: the time of a record is the number of its call, the amount 1 where it begins and −1 where it ends. What a
 * lane refused holds no place there; 32 lanes fit into the bits of a number.
 */
export const concurrencyRefusals: Refusals = (tape, counters, quotas) => {
  const lanes = Math.min(quotas.length, 32)
  const used = new Int32Array(counters * lanes)
  const admitted = new Map<number, number>()
  const refused = new Array<number>(lanes).fill(0)
  tape.play((call, counter, amount) => {
    const first = counter * lanes
    let bits = admitted.get(call) ?? 0
    for (let lane = 0; lane < lanes; lane++) {
      const at = first + lane
      if (amount < 0) used[at] = (used[at] as number) - ((bits >>> lane) & 1)
      else if ((used[at] as number) >= (quotas[lane] as number)) refused[lane] = (refused[lane] as number) + 1
      else {
        used[at] = (used[at] as number) + 1
        bits |= 1 << lane
      }
    }
    if (amount < 0) admitted.delete(call)
    else admitted.set(call, bits)
  })
  return refused
}
