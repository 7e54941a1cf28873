import type { LimitsPolicy, Tier } from '../policy.ts'
import { pointerTo } from '../rule.ts'
import type { LimitsChange } from './change.ts'
import { diffLimitLists } from './limit-lists.ts'
import { manners } from './manners.ts'
import { either } from './sides.ts'

/** Clients that move to another tier, or into and out of the list. */
export function clientChanges(before: LimitsPolicy, after: LimitsPolicy): LimitsChange[] {
  return either(before.clients, after.clients).flatMap(([client, was, is]): LimitsChange[] => {
    const [from, to] = [was ?? before.defaultTier, is ?? after.defaultTier]
    const path = pointerTo('clients', client)
    if (from === to) {
      if (was === is) return []
      const words = is === undefined ? 'is no longer listed and stays' : 'is listed and stays'
      return [{ kind: 'client', path, client, tier: to, text: `client "${client}" ${words} in tier "${to}"` }]
    }
    const words = moveWords(before.tiers[from] as Tier, after.tiers[to] as Tier)
    return [{ kind: 'client', path, client, tier: to, text: `client "${client}" moves ${words}` }]
  })
}

/** Callers nobody lists that move to another tier. */
export function defaultChanges(before: LimitsPolicy, after: LimitsPolicy): LimitsChange[] {
  const callers = {
    defaultTier: 'every client not listed',
    anonymousTier: 'every call without a client',
  } as const
  return (['defaultTier', 'anonymousTier'] as const)
    .filter((key) => before[key] !== after[key])
    .map((key) => {
      const words = moveWords(before.tiers[before[key]] as Tier, after.tiers[after[key]] as Tier)
      return {
        kind: 'default',
        path: pointerTo(key),
        tier: after[key],
        text: `${callers[key]} moves ${words}`,
      }
    })
}

/** `from tier "internal" to "standard": burst falls from 1000 to 100 per 1 s`. */
function moveWords(from: Tier, to: Tier): string {
  const differences = [
    ...diffLimitLists(from.limits, to.limits),
    ...manners(from, to).map(([, words]) => ({ words })),
  ]
  const words = differences.map((difference) => difference.words).join(', ')
  return `from tier "${from.name}" to "${to.name}": ${words || 'the limits are the same'}`
}
