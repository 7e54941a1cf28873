import { boundsAt, type Charge, type Counter, type Group, LONGEST, SECOND } from '@stockgate/rate-limit'
import { PreparedCall, type Script } from '../redis/index.ts'

/** Price, clock and lease come last, for they alone differ from request to request. */
const LAST = 3

/** How decide.lua is called for the same groups, for as long as their calendar periods last. */
export interface Prepared {
  readonly call: PreparedCall
  /** How many; without any there is nothing to ask. */
  readonly counters: number
  /** Those that are concurrency limits. */
  readonly places: readonly Counter[]
  /** Periods begin and end; the arguments hold from here until there. */
  readonly from: number
  readonly until: number
}

/** Writes charges as calls of decide.lua. */
export class ScriptArguments {
  readonly #prefix: string
  readonly #script: Script
  /** Groups come from a plan that stays the same from request to request. */
  readonly #prepared = new WeakMap<Charge['groups'], Prepared>()

  constructor(prefix: string, script: Script) {
    this.#prefix = prefix
    this.#script = script
  }

  key(counter: Counter): string {
    return this.#prefix + counter.id
  }

  /** The call that decides; the same one as long as it may be. */
  deciding(groups: Charge['groups'], now: number): Prepared {
    const known = this.#prepared.get(groups)
    if (known !== undefined && known.from <= now && now < known.until) return known
    const prepared = this.#prepare('decide', groups, now)
    this.#prepared.set(groups, prepared)
    return prepared
  }

  /** The call that only looks. */
  peeking(groups: Charge['groups'], now: number): Prepared {
    return this.#prepare('peek', groups, now)
  }

  /** Number and sizes of the groups, then their counters. */
  #prepare(mode: string, groups: Charge['groups'], now: number): Prepared {
    let from = 0
    let until = Number.POSITIVE_INFINITY
    const args: (string | number)[] = [mode, groups.length, ...groups.map(({ counters }) => counters.length)]
    const counters = groups.flatMap((group) => group.counters)
    for (const { spec } of counters) {
      if (spec.kind === 'rate') args.push('r', spec.quota, spec.window * SECOND)
      else if (spec.kind === 'concurrency') args.push('p', spec.quota)
      else {
        const { previousStart, start, end, nextEnd } = boundsAt(spec, now)
        args.push('c', spec.quota, previousStart, start, end, nextEnd, LONGEST[spec.period])
        from = Math.max(from, start)
        until = Math.min(until, end)
      }
    }
    const keys = counters.map((counter) => this.key(counter))
    const call = new PreparedCall(this.#script, keys, args, LAST)
    return { call, counters: keys.length, places: placesOf(groups), from, until }
  }
}

/** Counters of these groups that are concurrency limits. */
export function placesOf(groups: readonly Group[]): Counter[] {
  return groups.flatMap(({ counters }) => counters.filter(({ spec }) => spec.kind === 'concurrency'))
}
