import { MAX_CONCURRENT, MAX_QUOTA } from '@stockgate/policy-schema'
import { boundsAt, type Counter } from '@stockgate/rate-limit'
import { calendarRefusals, concurrencyRefusals, type Refusals, rateRefusals } from '../demand/lanes.ts'
import { smallestQuotas } from '../demand/smallest-quota.ts'
import type { Spool, Tape } from '../demand/spool.ts'
import type { Call } from '../traffic/call.ts'
import type { LimitUse } from './limit-use.ts'
import { Pending } from './pending.ts'

/** The quotas a limit would have needed, taken alone. Null: more than a quota may be. */
export interface Need {
  /** Would have refused nobody. */
  readonly nobody: number | null
  /** Would have refused at most 1 % of the calls. */
  readonly onePercent: number | null
  /** How often the recorded attempts were gone through. */
  readonly passes: number
}

interface Recorded {
  readonly tape: Tape
  readonly refusals: Refusals
  calls: number
}

interface PlaceEnd {
  readonly recorded: Recorded
  readonly counter: number
  readonly call: number
}

const ONE_PERCENT = 0.01
/** Numbers held for all lanes together: 8 MB. */
const MOST_CELLS = 1_000_000

/**
 * Records every attempt at every limit, whatever was decided, and answers afterwards which quota would have been
 * enough. Each limit is looked at alone: what another limit refuses still counts here.
 */
export class Demand {
  readonly #spool: Spool
  readonly #recorded = new Map<LimitUse, Recorded>()
  readonly #places = new Pending<PlaceEnd>()
  /** Of owners, for limits that the whole owner shares, and of counters finer than that. Ids begin with a brace. */
  readonly #numbers = new Map<string, number>()
  #calls = 0

  constructor(spool: Spool) {
    this.#spool = spool
  }

  attempt(call: Call, owner: string, counters: readonly Counter[], uses: readonly LimitUse[]): void {
    for (let due = this.#places.take(call.at); due !== undefined; due = this.#places.take(call.at))
      due.what.recorded.tape.add(due.what.call, due.what.counter, -1)
    const number = this.#calls++
    const ownerNumber = this.#numberOf(owner)
    // A cost that is given back at once needs room all the same.
    const amount = call.settled === 0 && call.end === null ? -call.cost : call.cost
    for (let index = 0; index < counters.length; index++) {
      const { spec, id } = counters[index] as Counter
      const recorded = this.#of(uses[index] as LimitUse)
      const counter = spec.per === null ? ownerNumber : this.#numberOf(id)
      recorded.calls++
      if (spec.kind === 'concurrency') {
        recorded.tape.add(number, counter, 1)
        this.#places.add(call.end ?? call.at, { recorded, counter, call: number })
      } else {
        const time = spec.kind === 'rate' ? call.at : boundsAt(spec, call.at).start
        recorded.tape.add(time, counter, amount)
      }
    }
  }

  /** Goes through the recorded attempts as often as it needs to. */
  needOf(use: LimitUse): Need | null {
    const recorded = this.#recorded.get(use)
    if (recorded === undefined) return null
    const { tape, refusals, calls } = recorded
    const counters = this.#numbers.size
    const lanes = Math.min(Math.max(Math.floor(MOST_CELLS / counters), 4), 32)
    const { quotas, passes } = smallestQuotas(
      (asked) => refusals(tape, counters, asked),
      [0, Math.floor(calls * ONE_PERCENT)],
      { highest: use.spec.kind === 'concurrency' ? MAX_CONCURRENT : MAX_QUOTA, lanes },
    )
    return { nobody: quotas[0] ?? null, onePercent: quotas[1] ?? null, passes }
  }

  #of(use: LimitUse): Recorded {
    const met = this.#recorded.get(use)
    if (met !== undefined) return met
    const recorded = {
      tape: this.#spool.tape(),
      refusals: refusalsOf(use),
      calls: 0,
    }
    this.#recorded.set(use, recorded)
    return recorded
  }

  #numberOf(name: string): number {
    const met = this.#numbers.get(name)
    if (met !== undefined) return met
    const number = this.#numbers.size
    this.#numbers.set(name, number)
    return number
  }
}

function refusalsOf({ spec }: LimitUse): Refusals {
  if (spec.kind === 'rate') return rateRefusals(spec.window)
  return spec.kind === 'calendar' ? calendarRefusals : concurrencyRefusals
}
