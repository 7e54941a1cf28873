import { amount, unit } from './limit-words.ts'
import type { LimitSpec, LimitsPolicy, OnStoreFailure, Tier } from './policy.ts'

/** What one limit admits at worst while the shared counters are out of reach. */
export interface WorstLimit {
  readonly limit: string
  /** Over all gateways together, in each window or period, or at once; null where nothing bounds it. */
  readonly admitted: number | null
}

/** What a tier admits at worst while the shared counters are out of reach. */
export interface WorstCase {
  readonly tier: string
  readonly onStoreFailure: OnStoreFailure
  /** How many gateways share the limits. */
  readonly gateways: number
  readonly limits: readonly WorstLimit[]
  readonly text: string
}

/**
 * The worst that each tier admits with this many gateways while Redis is away. With `share` each gateway goes on with
 * the limit divided by the gateways it last knew of, from the counters it last saw.
 */
export function worstCases(policy: LimitsPolicy, gateways: number): WorstCase[] {
  return Object.values(policy.tiers).map((tier) => {
    const { name, onStoreFailure, limits } = tier
    const worst = limits.map((limit) => ({
      limit: limit.name,
      admitted: onStoreFailure === 'open' ? null : onStoreFailure === 'closed' ? 0 : shared(limit, gateways),
    }))
    return { tier: name, onStoreFailure, gateways, limits: worst, text: textOf(tier, gateways) }
  })
}

/**
 * What is left is split without a rest. Only a rate, or a number in flight, that is too small to be split lets every
 * gateway admit one call at once, so no client is shut out by the outage.
 */
function shared(limit: LimitSpec, gateways: number): number {
  return limit.kind === 'calendar' ? limit.quota : Math.max(limit.quota, gateways)
}

function textOf({ name, limits, onStoreFailure }: Tier, gateways: number): string {
  const away = `tier "${name}" while Redis is away:`
  if (onStoreFailure === 'closed') return `${away} nothing is admitted, calls are answered 503`
  if (onStoreFailure === 'open') return `${away} everything is admitted, no limit holds`
  if (gateways === 1)
    return `${away} the one gateway keeps to the whole limit: ${limits.map(amountOf).join(', ')}`
  const sums = limits.map((limit) => {
    const sum = shared(limit, gateways)
    return sum === limit.quota ? amountOf(limit) : `${limit.name} ${sum} instead of ${amount(limit)}`
  })
  const more = limits.some(({ kind }) => kind !== 'concurrency')
    ? `, and what the others admitted since each last looked; one gateway more than they know of adds 1/${gateways}`
    : ''
  return `${away} each of ${gateways} gateways keeps to its share, together at most ${sums.join(', ')}${more}`
}

function amountOf(limit: LimitSpec): string {
  return `${limit.name} ${limit.quota} ${unit(limit)}`
}
