import { member, members } from '../../rule.ts'

export interface TierPair {
  readonly tier: string
  readonly burst: number
  readonly sustained: number
}

/** The tiers that have both limits, with one number of each. */
export function burstAndSustained(document: unknown, number: 'quota' | 'window'): TierPair[] {
  return members(member(document, 'tiers')).flatMap(([tier, definition]) => {
    const limits = member(definition, 'limits')
    const burst = member(member(limits, 'burst'), number)
    const sustained = member(member(limits, 'sustained'), number)
    return typeof burst === 'number' && typeof sustained === 'number' ? [{ tier, burst, sustained }] : []
  })
}
