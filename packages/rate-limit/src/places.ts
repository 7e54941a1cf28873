import type { ConcurrencyLimit } from '@stockgate/policy-schema'
import { SECOND } from './span.ts'
import type { Standing } from './standing.ts'

/** How long a place is kept that nobody renews: a gateway that crashed gives its places back by then. */
export const LEASE = 30 * SECOND
/** How long a place is held before it is renewed, and how often that is looked at. */
export const RENEW_AFTER = 10 * SECOND

/** The places of one concurrency limit: leases, each with the moment it ends unless it is renewed. */
export class Places {
  readonly kind = 'concurrency'
  readonly id: string
  readonly #expiries = new Map<number, number>()
  /** No lease ends before this moment. */
  #earliest = Number.POSITIVE_INFINITY
  /** No lease ends after this moment. */
  until = 0

  constructor(id: string) {
    this.id = id
  }

  get empty(): boolean {
    return this.#expiries.size === 0
  }

  /** How many are taken. Reads only: a lease that has ended is dropped when the next one is taken. */
  taken(now: number): number {
    if (now < this.#earliest) return this.#expiries.size
    let count = 0
    for (const expiry of this.#expiries.values()) if (expiry > now) count++
    return count
  }

  take(lease: number, now: number): void {
    if (now >= this.#earliest) this.#dropEnded(now)
    this.renew(lease, now)
  }

  /** Also puts a lease back that is gone: whoever renews it still holds the place. */
  renew(lease: number, now: number): void {
    const expiry = now + LEASE
    this.#expiries.set(lease, expiry)
    if (expiry < this.#earliest) this.#earliest = expiry
    if (expiry > this.until) this.until = expiry
  }

  /** @param at a moment that is past: once no place is taken the counter means nothing from then on. */
  free(lease: number, at: number): void {
    this.#expiries.delete(lease)
    if (this.#expiries.size > 0) return
    this.#earliest = Number.POSITIVE_INFINITY
    this.until = at
  }

  #dropEnded(now: number): void {
    this.#earliest = Number.POSITIVE_INFINITY
    for (const [lease, expiry] of this.#expiries) {
      if (expiry <= now) this.#expiries.delete(lease)
      else if (expiry < this.#earliest) this.#earliest = expiry
    }
  }
}

/** Looks at a concurrency limit: one place for each request, whatever it costs. */
export function standPlaces(
  out: Standing,
  places: Places | undefined,
  { quota }: ConcurrencyLimit,
  now: number,
): void {
  out.count = places === undefined ? 0 : places.taken(now)
  out.fits = out.count < quota
}
