import type { LimitsPolicy } from '../policy.ts'
import { pointerTo } from '../rule.ts'
import type { LimitsChange } from './change.ts'
import { diffLimitLists } from './limit-lists.ts'
import { manners } from './manners.ts'
import { scheduleChanges } from './schedules.ts'
import { either, listed } from './sides.ts'

/** Tiers that come and go, and what changes for the clients of those that stay. */
export function tierChanges(before: LimitsPolicy, after: LimitsPolicy): LimitsChange[] {
  return either(before.tiers, after.tiers).flatMap(([tier, was, is]): LimitsChange[] => {
    const path = pointerTo('tiers', tier)
    if (!was && is) return [{ kind: 'tier', path, tier, text: `tier "${tier}" is new: ${listed(is.limits)}` }]
    if (was && !is)
      return [{ kind: 'tier', path, tier, text: `tier "${tier}" is gone: ${listed(was.limits)}` }]
    if (!was || !is) return []
    const whose = `clients of tier "${tier}" (${membersOf(after, tier)})`
    return [
      ...diffLimitLists(was.limits, is.limits).map(
        ({ limit, words }): LimitsChange => ({
          kind: 'limit',
          path: pointerTo('tiers', tier, 'limits', limit),
          tier,
          text: `${whose}: ${words}`,
        }),
      ),
      ...manners(was, is).map(
        ([key, words]): LimitsChange => ({
          kind: 'tier',
          path: pointerTo('tiers', tier, key),
          tier,
          text: `${whose}: ${words}`,
        }),
      ),
      ...scheduleChanges(whose, was, is),
    ]
  })
}

/** Who is in a tier, in words: `demo and every client not listed`. */
function membersOf({ clients, defaultTier, anonymousTier }: LimitsPolicy, tier: string): string {
  const named = Object.keys(clients).filter((client) => clients[client] === tier)
  const some = named.length > 5 ? [...named.slice(0, 4), `${named.length - 4} more`] : named
  const rest = [
    ...(tier === defaultTier ? ['every client not listed'] : []),
    ...(tier === anonymousTier ? ['calls without a client'] : []),
  ]
  const all = [...some, ...rest]
  if (all.length === 0) return 'nobody'
  const last = all.pop() as string
  return all.length === 0 ? last : `${all.join(', ')} and ${last}`
}
