import type { Rule } from '../../rule.ts'
import { limitRules } from '../limit/index.ts'
import { anonymousPer } from './anonymous-per.ts'
import { candidateIsTier } from './candidate-is-tier.ts'
import { knownTier } from './known-tier.ts'
import { limitKindKept } from './limit-kind-kept.ts'
import { limitPer } from './limit-per.ts'
import { limitSets } from './limit-sets.ts'
import { momentExists } from './moment-exists.ts'
import { overrideEmpty } from './override-empty.ts'
import { overrideLength } from './override-length.ts'
import { overrideRepeated } from './override-repeated.ts'
import { scheduleRepeated } from './schedule-repeated.ts'
import { scheduleTimeZone } from './schedule-time-zone.ts'
import { scheduleTimes } from './schedule-times.ts'
import { sustainedQuota } from './sustained-quota.ts'
import { sustainedWindow } from './sustained-window.ts'
import { tierReserved } from './tier-reserved.ts'

/** What limits.json must keep besides its shape, in the order problems are told. */
export const limitsRules: readonly Rule[] = [
  knownTier,
  tierReserved,
  ...limitRules(limitSets),
  sustainedWindow,
  sustainedQuota,
  limitPer,
  anonymousPer,
  limitKindKept,
  scheduleTimes,
  scheduleTimeZone,
  scheduleRepeated,
  overrideEmpty,
  momentExists,
  overrideLength,
  overrideRepeated,
  candidateIsTier,
]
