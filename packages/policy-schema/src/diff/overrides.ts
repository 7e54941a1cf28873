import { writeMoment } from '../moment.ts'
import type { LimitsPolicy, Override } from '../policy.ts'
import { pointerTo } from '../rule.ts'
import type { LimitsChange } from './change.ts'
import { listed, reordered } from './sides.ts'

/** Overrides that come, go or change. */
export function overrideChanges(before: LimitsPolicy, after: LimitsPolicy): LimitsChange[] {
  const change = (at: number, { client, id }: Override, words: string): LimitsChange => ({
    kind: 'override',
    path: pointerTo('overrides', at),
    client,
    text: `client "${client}": override ${id} ${words}`,
  })
  const known = new Map(before.overrides.map((override) => [override.id, override]))
  const kept = new Set(after.overrides.map(({ id }) => id))
  const changes = after.overrides.flatMap((override, at) => {
    const earlier = known.get(override.id)
    if (!earlier) return [change(at, override, `is new: ${overrideWords(override)}`)]
    if (earlier.client === override.client && overrideWords(earlier) === overrideWords(override)) return []
    const was = earlier.client === override.client ? '' : `for client "${earlier.client}" `
    return [
      change(at, override, `changes from ${was}${overrideWords(earlier)} to ${overrideWords(override)}`),
    ]
  })
  const gone = before.overrides.flatMap((override, at) =>
    kept.has(override.id) ? [] : [change(at, override, `is gone: ${overrideWords(override)}`)],
  )
  const earlier = idsByClient(before)
  const moved = [...idsByClient(after)].flatMap(([client, ids]): LimitsChange[] => {
    const order = reordered(earlier.get(client) ?? [], ids)
    if (!order) return []
    const text = `client "${client}": the last override that holds wins, now in the order ${order.join(', ')}`
    return [{ kind: 'override', path: pointerTo('overrides'), client, text }]
  })
  return [...changes, ...gone, ...moved]
}

function idsByClient({ overrides }: LimitsPolicy): Map<string, string[]> {
  const ids = new Map<string, string[]>()
  for (const { client, id } of overrides) {
    const own = ids.get(client)
    if (own) own.push(id)
    else ids.set(client, [id])
  }
  return ids
}

function overrideWords({ tier, limits, from, until, reason }: Override): string {
  const what = [...(tier === null ? [] : [`tier "${tier}"`]), ...(limits.length > 0 ? [listed(limits)] : [])]
  return `${what.join(', ')} from ${writeMoment(from)} until ${writeMoment(until)} (${reason})`
}
