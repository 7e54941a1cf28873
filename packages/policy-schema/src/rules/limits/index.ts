import type { Rule } from '../../rule.ts'
import { knownTier } from './known-tier.ts'
import { sustainedQuota } from './sustained-quota.ts'
import { sustainedWindow } from './sustained-window.ts'

/** What limits.json must keep besides its shape. */
export const limitsRules: readonly Rule[] = [knownTier, sustainedWindow, sustainedQuota]
