import { boundsAt, type Charge, type Counter, type Group, LONGEST, SECOND } from '@stockgate/rate-limit'

/** What the script needs to know of a group's counters, which stays the same for as long as a calendar period. */
interface Prepared {
  readonly keys: readonly string[]
  readonly args: readonly (string | number)[]
  readonly places: readonly Counter[]
  /** Periods begin and end; the arguments hold from here until there. */
  readonly from: number
  readonly until: number
}

/** Writes charges as keys and arguments of decide.lua. */
export class ScriptArguments {
  readonly #prefix: string
  /** Groups come from a plan that stays the same from request to request. */
  readonly #prepared = new WeakMap<Group, Prepared>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  key(counter: Counter): string {
    return this.#prefix + counter.id
  }

  /** The keys of all counters, group after group. */
  keys(groups: Charge['groups'], now: number): readonly string[] {
    if (groups.length === 1) return this.#prepare(groups[0], now).keys
    return groups.flatMap((group) => this.#prepare(group, now).keys)
  }

  /** Number and sizes of the groups, then their counters. */
  groups(groups: Charge['groups'], now: number): (string | number)[] {
    const args: (string | number)[] = [groups.length]
    for (const group of groups) args.push(group.counters.length)
    for (const group of groups) args.push(...this.#prepare(group, now).args)
    return args
  }

  /** Counters of these groups that are concurrency limits. */
  places(groups: readonly Group[], now: number): readonly Counter[] {
    if (groups.length === 1) return this.#prepare(groups[0] as Group, now).places
    return groups.flatMap((group) => this.#prepare(group, now).places)
  }

  #prepare(group: Group, now: number): Prepared {
    const known = this.#prepared.get(group)
    if (known !== undefined && known.from <= now && now < known.until) return known
    let from = 0
    let until = Number.POSITIVE_INFINITY
    const args: (string | number)[] = []
    for (const { spec } of group.counters) {
      if (spec.kind === 'rate') args.push('r', spec.quota, spec.window * SECOND)
      else if (spec.kind === 'concurrency') args.push('p', spec.quota)
      else {
        const { previousStart, start, end, nextEnd } = boundsAt(spec, now)
        args.push('c', spec.quota, previousStart, start, end, nextEnd, LONGEST[spec.period])
        from = Math.max(from, start)
        until = Math.min(until, end)
      }
    }
    const keys = group.counters.map((counter) => this.key(counter))
    const places = group.counters.filter(({ spec }) => spec.kind === 'concurrency')
    const prepared = { keys, args, places, from, until }
    this.#prepared.set(group, prepared)
    return prepared
  }
}
