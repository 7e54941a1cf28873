import type { LimitsPolicy } from '../policy.ts'
import { candidateChanges } from './candidates.ts'
import type { LimitsChange } from './change.ts'
import { clientChanges, defaultChanges } from './clients.ts'
import { overrideChanges } from './overrides.ts'
import { tierChanges } from './tiers.ts'

export type { LimitsChange } from './change.ts'

/** What changes, and for whom, when `after` comes into force in the place of `before`; nothing when they say the same. */
export function diffLimits(before: LimitsPolicy, after: LimitsPolicy): LimitsChange[] {
  return [
    ...tierChanges(before, after),
    ...clientChanges(before, after),
    ...defaultChanges(before, after),
    ...overrideChanges(before, after),
    ...candidateChanges(before, after),
  ]
}
