import type { RateLimit } from '@stockgate/policy-schema'

/**
 * The limiter once more, from the definition of the token bucket instead of arrival times, in exact integers of any
 * size: a bucket holds quota tokens and gains quota tokens per window. Amounts are counted in 1/(window in
 * microseconds) of a token, so one microsecond gains exactly `quota` of them.
 */
export class TokenBuckets {
  readonly #levels = new Map<string, { level: bigint; at: bigint }>()

  decide(key: string, limits: readonly RateLimit[], cost: number, now: number) {
    const buckets = limits.map(({ name, quota, window }) => {
      const token = BigInt(window) * 1_000_000n
      const full = BigInt(quota) * token
      const known = this.#levels.get(`${key} ${name}`) ?? { level: full, at: 0n }
      const gained = known.level + (BigInt(now) - known.at) * BigInt(quota)
      const level = gained < full ? gained : full
      return {
        id: `${key} ${name}`,
        quota: BigInt(quota),
        token,
        full,
        level,
        fits: BigInt(cost) * token <= level,
      }
    })
    const allowed = buckets.every(({ fits }) => fits)
    return {
      allowed,
      limits: buckets.map(({ id, quota, token, full, level, fits }) => {
        const after = allowed ? level - BigInt(cost) * token : level
        this.#levels.set(id, { level: after, at: BigInt(now) })
        const missing = fits ? full - after : BigInt(cost) * token - after
        const reset = BigInt(cost) > quota ? token / 1_000_000n : ceil(missing, quota * 1_000_000n)
        return { remaining: Number(after / token), reset: Number(reset), violated: !fits }
      }),
    }
  }
}

function ceil(amount: bigint, per: bigint): bigint {
  return (amount + per - 1n) / per
}
