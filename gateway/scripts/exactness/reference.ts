import type { CalendarLimit, LimitSpec, RateLimit } from '@stockgate/policy-schema'
import type { Charge, Counter, Group } from '@stockgate/rate-limit'

/** How long a place is kept that nobody renews, in microseconds. */
const LEASE = 30_000_000

/** What the model says of one request. */
export interface Ruling {
  readonly allowed: boolean
  readonly limits: readonly { readonly remaining: number; readonly violated: boolean }[]
  readonly candidates: readonly boolean[]
  /** What has been taken, to be given back or corrected; null when refused. */
  readonly spent: Spent | null
}

export interface Spent {
  cost: number
  readonly at: number
  readonly groups: readonly Group[]
  readonly lease: symbol
}

/** A bucket: tokens in parts of 1/(window in microseconds), so that one microsecond brings exactly `quota` parts. */
interface Bucket {
  level: bigint
  at: bigint
}

/**
 * The limits once more, from what they promise instead of how they are counted: buckets that hold `quota` tokens and
 * gain `quota` per window, in whole numbers of any size; tallies by what the calendar on the wall says; a list of
 * leases. Slow and plain on purpose.
 */
export class Reference {
  readonly #buckets = new Map<string, Bucket>()
  /** By counter, then by the name of the day or month. */
  readonly #tallies = new Map<string, number>()
  readonly #leases = new Map<string, Map<symbol, number>>()

  decide({ groups, cost }: Charge, now: number): Ruling {
    const [live, ...others] = groups
    const lease = Symbol()
    const allowed = this.#fits(live, cost, now)
    const violated = live.counters.map((counter) => !this.#has(counter, cost, now))
    if (allowed) this.#take(live, cost, now, lease)
    const limits = live.counters.map((counter, index) => ({
      remaining: this.#left(counter, now),
      violated: violated[index] as boolean,
    }))
    const spent: Group[] = allowed ? [live] : []
    const candidates = others.map((group) => {
      if (!this.#fits(group, cost, now)) return false
      // What is refused is never in flight, so it holds no place; the rest a candidate would have counted.
      this.#take(group, cost, now, allowed ? lease : null)
      if (allowed) spent.push(group)
      return true
    })
    return { allowed, limits, candidates, spent: allowed ? { cost, at: now, groups: spent, lease } : null }
  }

  settle(spent: Spent, cost: number, now: number): void {
    const more = cost - spent.cost
    spent.cost = cost
    for (const { counters } of spent.groups) {
      for (const { id, spec } of counters) {
        if (spec.kind === 'rate') {
          const bucket = this.#bucket(id, spec, now)
          bucket.level = between(0n, bucket.level - BigInt(more) * token(spec), full(spec))
        } else if (spec.kind === 'calendar') {
          const page = pageOf(id, spec, spent.at)
          if (page !== pageOf(id, spec, now)) continue
          const tally = this.#tallies.get(page) ?? 0
          this.#tallies.set(page, Math.min(Math.max(tally + more, 0), spec.quota))
        }
      }
    }
  }

  release({ groups, lease }: Spent): void {
    for (const { counters } of groups) for (const { id } of counters) this.#leases.get(id)?.delete(lease)
  }

  renew({ groups, lease }: Spent, now: number): void {
    for (const { counters } of groups) {
      for (const { id, spec } of counters)
        if (spec.kind === 'concurrency') this.#flying(id).set(lease, now + LEASE)
    }
  }

  #fits({ counters }: Group, cost: number, now: number): boolean {
    return counters.every((counter) => this.#has(counter, cost, now))
  }

  #has(counter: Counter, cost: number, now: number): boolean {
    return this.#left(counter, now) >= (counter.spec.kind === 'concurrency' ? 1 : cost)
  }

  #left({ id, spec }: Counter, now: number): number {
    if (spec.kind === 'rate') return Number(this.#bucket(id, spec, now).level / token(spec))
    if (spec.kind === 'calendar') return spec.quota - (this.#tallies.get(pageOf(id, spec, now)) ?? 0)
    return spec.quota - [...this.#flying(id).values()].filter((end) => end > now).length
  }

  #take({ counters }: Group, cost: number, now: number, lease: symbol | null): void {
    for (const { id, spec } of counters) {
      if (spec.kind === 'rate') this.#bucket(id, spec, now).level -= BigInt(cost) * token(spec)
      else if (spec.kind === 'calendar') {
        const page = pageOf(id, spec, now)
        this.#tallies.set(page, (this.#tallies.get(page) ?? 0) + cost)
      } else if (lease !== null) {
        const flying = this.#flying(id)
        for (const [other, end] of flying) if (end <= now) flying.delete(other)
        flying.set(lease, now + LEASE)
      }
    }
  }

  #bucket(id: string, spec: RateLimit, now: number): Bucket {
    const at = BigInt(now)
    const bucket = this.#buckets.get(id) ?? { level: full(spec), at }
    bucket.level = between(0n, bucket.level + (at - bucket.at) * BigInt(spec.quota), full(spec))
    bucket.at = at
    this.#buckets.set(id, bucket)
    return bucket
  }

  #flying(id: string): Map<symbol, number> {
    const flying = this.#leases.get(id) ?? new Map<symbol, number>()
    this.#leases.set(id, flying)
    return flying
  }
}

function token({ window }: Extract<LimitSpec, { kind: 'rate' }>): bigint {
  return BigInt(window) * 1_000_000n
}

function full(spec: RateLimit): bigint {
  return BigInt(spec.quota) * token(spec)
}

function between(low: bigint, value: bigint, high: bigint): bigint {
  if (value < low) return low
  return value > high ? high : value
}

const walls = new Map<string, Intl.DateTimeFormat>()

/** The page of the tally: the counter with the day or month that the wall shows, such as 2026-11-22. */
function pageOf(id: string, { period, timeZone }: CalendarLimit, now: number): string {
  let wall = walls.get(timeZone)
  if (wall === undefined) {
    wall = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
    walls.set(timeZone, wall)
  }
  const date = wall.format(Math.floor(now / 1_000))
  return `${id} ${period === 'day' ? date : date.slice(0, 7)}`
}
