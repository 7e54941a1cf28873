import { member, members, pointerTo, type Rule, shown } from '../../rule.ts'
import { kindsOf } from '../limit/limit-rule.ts'
import { limitSets, overridesOf } from './limit-sets.ts'

/**
 * What stands in a limit's place is of its kind and counted by the same: it goes on with the counter of that name,
 * and one that counts days says nothing about seconds.
 */
export const limitKindKept: Rule = {
  name: 'limit-kind-kept',
  check(document) {
    const overrides = overridesOf(document)
    return limitSets(document).flatMap(({ kind, tier, place, limits }) => {
      if (kind === 'tier') return []
      const override = kind === 'override' ? overrides[place[1] as number]?.override : undefined
      const name = typeof tier === 'string' ? tier : tierOfOverride(document, override)
      const own = member(member(member(document, 'tiers'), name), 'limits')
      return members(limits).flatMap(([limit, written]) => {
        const [is, was] = [signature(written), signature(member(own, limit))]
        if (was === undefined || is === undefined || was === is) return []
        const message = `${shown(limit)} of tier ${shown(name)} is a limit with ${was}: keep that, or give this one a name of its own`
        return [{ pointer: pointerTo(...place, limit), rule: this.name, message }]
      })
    })
  },
}

function tierOfOverride(document: unknown, override: unknown): string {
  const client = String(member(override, 'client'))
  const tier = member(override, 'tier') ?? member(member(document, 'clients'), client)
  return String(tier ?? member(document, 'defaultTier'))
}

/** What two limits of one counter have in common; undefined where the limit is not well formed. */
function signature(limit: unknown): string | undefined {
  const [kind, second] = kindsOf(limit)
  if (kind === undefined || second !== undefined) return undefined
  const detail =
    kind === 'period' ? ` ${shown(member(limit, 'period'))} in ${member(limit, 'timeZone') ?? 'UTC'}` : ''
  const per = member(limit, 'per')
  return `"${kind}"${detail}${per === undefined ? '' : ` per ${per}`}`
}
